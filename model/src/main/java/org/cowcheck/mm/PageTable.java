package org.cowcheck.mm;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A page table with the one entry that matters, and its lock.
 *
 * @param pte the entry: 0 for none, else the address of a struct page with the bits below
 * @param lock the split page-table lock (PTL)
 */
public record PageTable(Word pte, Spinlock lock) {
  public static final long PRESENT = 1;
  public static final long WRITE = 2;
  public static final long DIRTY = 4;
  private static final long BITS = 63;

  /** A table whose entry has the given value. */
  public PageTable(Memory memory, String name, long pte) {
    this(memory.word(name + ".pte", pte, PageTable::show), memory.spinlock(name + ".ptl"));
  }

  /** A present, writable, dirty entry that maps a page. */
  public static long writable(Page page) {
    return page.address() | PRESENT | WRITE | DIRTY;
  }

  private static String show(long pte) {
    return pte == 0
        ? "none"
        : String.format(
            "page@%#x%s%s%s",
            pageAddress(pte),
            present(pte) ? "|present" : "",
            (pte & WRITE) != 0 ? "|write" : "",
            (pte & DIRTY) != 0 ? "|dirty" : "");
  }

  /** Whether an entry is present. */
  public static boolean present(long pte) {
    return (pte & PRESENT) != 0;
  }

  /** The address of the struct page that an entry maps. */
  public static long pageAddress(long pte) {
    return pte & ~BITS;
  }
}
