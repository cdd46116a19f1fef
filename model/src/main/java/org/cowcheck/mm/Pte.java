package org.cowcheck.mm;

import com.google.common.collect.ImmutableMap;
import java.util.stream.Collectors;
import org.cowcheck.memory.Memory;

/**
 * What an entry of a page table may hold, on the PTE level and, with {@link #HUGE}, on the PMD
 * level. Entries are plain values; whoever reads one decides how.
 *
 * <pre>
 * entry              value
 * none               0
 * present            struct page, PRESENT, and of WRITE, DIRTY, UFFD_WP, PROTNONE, SPECIAL, HUGE
 * swap               swap slot, SWAP, and of EXCLUSIVE (pte_swp_exclusive, 1493a1913e34), UFFD_WP
 * migration          struct page, MIGRATION, and WRITE (writable), EXCLUSIVE (readable-exclusive)
 *                    or neither (readable); DIRTY (S3: 2e3468778dbe), UFFD_WP
 * device private     struct page, DEVICE_PRIVATE, perhaps WRITE
 * device exclusive   struct page, DEVICE_EXCLUSIVE, perhaps WRITE
 * hardware poison    struct page, HWPOISON
 * page table         page table, TABLE: on the PMD level alone
 * no entry at all    FREED: the memory is no page table any more
 * </pre>
 *
 * <p>The kernel names pages in entries by their frame number; here the address of the struct page
 * does.
 */
public final class Pte {
  public static final long PRESENT = 1;
  public static final long WRITE = 1 << 1;
  public static final long DIRTY = 1 << 2;

  /** A userfaultfd write protection. */
  public static final long UFFD_WP = 1 << 3;

  /** PROT_NONE: present to the kernel, not to hardware and GUP-fast. */
  public static final long PROTNONE = 1 << 4;

  /** pte_special(): maps no page that may be referenced, such as the zero page. */
  public static final long SPECIAL = 1 << 5;

  /** A PMD entry that maps a whole compound page. */
  public static final long HUGE = 1 << 6;

  /** A swap entry. */
  public static final long SWAP = 1 << 7;

  /** Of a swap entry: pte_swp_exclusive(). Of a migration entry: readable-exclusive. */
  public static final long EXCLUSIVE = 1 << 8;

  /** A migration entry. */
  public static final long MIGRATION = 1 << 9;

  /** A device-private entry: the page is in the memory of a device. */
  public static final long DEVICE_PRIVATE = 1 << 10;

  /** A device-exclusive entry: a device alone may access the page. */
  public static final long DEVICE_EXCLUSIVE = 1 << 11;

  /** A hardware-poison entry. */
  public static final long HWPOISON = 1 << 12;

  /** A PMD entry that points to a page table. */
  public static final long TABLE = 1 << 13;

  /** What lies where a page table was before it was freed. */
  public static final long FREED = 1 << 15;

  private static final long BITS = (1 << 16) - 1;
  private static final long NO_PAGE = SWAP | TABLE | FREED;

  private static final ImmutableMap<Long, String> NAMES =
      ImmutableMap.<Long, String>builder()
          .put(PRESENT, "present")
          .put(WRITE, "write")
          .put(DIRTY, "dirty")
          .put(UFFD_WP, "uffd-wp")
          .put(PROTNONE, "protnone")
          .put(SPECIAL, "special")
          .put(HUGE, "huge")
          .put(SWAP, "swap")
          .put(EXCLUSIVE, "exclusive")
          .put(MIGRATION, "migration")
          .put(DEVICE_PRIVATE, "device-private")
          .put(DEVICE_EXCLUSIVE, "device-exclusive")
          .put(HWPOISON, "hwpoison")
          .put(TABLE, "table")
          .put(FREED, "freed")
          .buildOrThrow();

  private Pte() {}

  /** A present, writable, dirty entry that maps a page. */
  public static long writable(Page page) {
    return page.address() | PRESENT | WRITE | DIRTY;
  }

  /** A present, read-only, clean entry that maps a page. */
  public static long readOnly(Page page) {
    return page.address() | PRESENT;
  }

  /** An entry for a swap slot, without the exclusive bit. */
  public static long swap(SwapSlot slot) {
    return slot.address() | SWAP;
  }

  /** A migration entry: WRITE, EXCLUSIVE or neither, and what else it keeps. */
  public static long migration(Page page, long bits) {
    return page.address() | MIGRATION | bits;
  }

  /** A device-private entry. */
  public static long devicePrivate(Page page, boolean writable) {
    return page.address() | DEVICE_PRIVATE | (writable ? WRITE : 0);
  }

  /** A device-exclusive entry in place of a present one. */
  public static long deviceExclusive(Page page, long pte) {
    return page.address() | DEVICE_EXCLUSIVE | (pte & (WRITE | UFFD_WP));
  }

  /** A hardware-poison entry. */
  public static long hwpoison(Page page) {
    return page.address() | HWPOISON;
  }

  /** pte_present(): an entry that is neither none nor of a type that {@link Pte} lists below. */
  public static boolean present(long pte) {
    return (pte & PRESENT) != 0;
  }

  /** pte_write() of a present entry. */
  public static boolean writable(long pte) {
    return (pte & WRITE) != 0;
  }

  /** pte_dirty() of a present entry. */
  public static boolean dirty(long pte) {
    return (pte & DIRTY) != 0;
  }

  /** Whether an entry is a swap entry. */
  public static boolean isSwap(long pte) {
    return (pte & SWAP) != 0;
  }

  /** pte_swp_exclusive() of a swap entry. */
  public static boolean swapExclusive(long pte) {
    return (pte & EXCLUSIVE) != 0;
  }

  /** is_migration_entry(). */
  public static boolean isMigration(long pte) {
    return (pte & MIGRATION) != 0;
  }

  /** A migration entry other than is_readable_migration_entry(): brings exclusivity back. */
  public static boolean isExclusiveMigration(long pte) {
    return isMigration(pte) && (pte & (WRITE | EXCLUSIVE)) != 0;
  }

  /** is_device_private_entry(). */
  public static boolean isDevicePrivate(long pte) {
    return (pte & DEVICE_PRIVATE) != 0;
  }

  /** is_device_exclusive_entry(). */
  public static boolean isDeviceExclusive(long pte) {
    return (pte & DEVICE_EXCLUSIVE) != 0;
  }

  /** is_hwpoison_entry(). */
  public static boolean isHwpoison(long pte) {
    return (pte & HWPOISON) != 0;
  }

  /** pmd_trans_huge() or pmd_devmap(): maps a compound page. */
  public static boolean isHuge(long pmd) {
    return (pmd & HUGE) != 0;
  }

  /** Whether a PMD entry points to a page table. */
  public static boolean isTable(long pmd) {
    return (pmd & TABLE) != 0;
  }

  /** Whether what was read is no entry: its table is free. */
  public static boolean isFreed(long pte) {
    return (pte & FREED) != 0;
  }

  /** The page that an entry names. */
  public static Page page(Memory memory, long pte) {
    return memory.object(address(pte), Page.class);
  }

  /** Whether an entry names this page: as present, migration, device or poison entry. */
  public static boolean names(long pte, Page page) {
    return (pte & NO_PAGE) == 0 && address(pte) == page.address();
  }

  /** The address of what an entry names: a struct page, a swap slot or a page table. */
  public static long address(long pte) {
    return pte & ~BITS;
  }

  static String show(long pte) {
    if (pte == 0) {
      return "none";
    }
    String bits =
        NAMES.entrySet().stream()
            .filter(name -> (pte & name.getKey()) != 0)
            .map(name -> "|" + name.getValue())
            .collect(Collectors.joining());
    return (pte & NO_PAGE) != 0
        ? bits.substring(1)
        : String.format("page@%#x%s", address(pte), bits);
  }
}
