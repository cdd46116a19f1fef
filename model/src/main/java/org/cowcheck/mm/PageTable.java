package org.cowcheck.mm;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A page table with the one entry that matters, the PMD entry that points to it, and its lock.
 *
 * <p>An entry is 0 for none; the address of a struct page with {@link #PRESENT}; or the address of
 * a {@link SwapSlot} with {@link #SWAP}.
 *
 * @param pmd the address of the table, as the level above holds it
 * @param pte the entry
 * @param lock the split page-table lock (PTL)
 */
public record PageTable(Word pmd, Word pte, Spinlock lock) {
  public static final long PRESENT = 1;
  public static final long WRITE = 2;
  public static final long DIRTY = 4;

  /** A swap entry. */
  public static final long SWAP = 8;

  /** The exclusive bit of a swap entry: pte_swp_exclusive() (1493a1913e34). */
  public static final long SWAP_EXCLUSIVE = 16;

  private static final long BITS = 63;
  private static final long TABLE = 0x3000;

  /** A table whose entry has the given value. */
  public PageTable(Memory memory, String name, long pte) {
    this(
        memory.word(name + ".pmd", TABLE, value -> value == TABLE ? "table" : "none"),
        memory.word(name + ".pte", pte, PageTable::show),
        memory.spinlock(name + ".ptl"));
  }

  /** A present, writable, dirty entry that maps a page. */
  public static long writable(Page page) {
    return page.address() | PRESENT | WRITE | DIRTY;
  }

  /** A present, read-only, clean entry that maps a page. */
  public static long readOnly(Page page) {
    return page.address() | PRESENT;
  }

  /** An entry for a swap slot, without the exclusive bit. */
  static long swap(SwapSlot slot) {
    return slot.address() | SWAP;
  }

  private static String show(long pte) {
    if (pte == 0) {
      return "none";
    }
    if (isSwap(pte)) {
      return "swap" + ((pte & SWAP_EXCLUSIVE) != 0 ? "|exclusive" : "");
    }
    return String.format(
        "page@%#x%s%s%s",
        pageAddress(pte),
        present(pte) ? "|present" : "",
        writable(pte) ? "|write" : "",
        dirty(pte) ? "|dirty" : "");
  }

  /** Whether an entry is present. */
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
    return (pte & SWAP_EXCLUSIVE) != 0;
  }

  /** The page that a present entry maps. */
  public static Page page(Memory memory, long pte) {
    return memory.object(pageAddress(pte), Page.class);
  }

  /** The address of the struct page that a present entry maps, or of the slot of a swap entry. */
  public static long pageAddress(long pte) {
    return pte & ~BITS;
  }
}
