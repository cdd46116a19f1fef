package org.cowcheck.mm;

import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A private mapping of hugetlb memory, one huge page long: the entry that huge_pte_offset() finds,
 * and the lock that huge_pte_lock() takes for it, which depends on the size of the page.
 *
 * <pre>
 * size of the page      entry                      lock
 * PMD                   PMD                        that of the table of PMD entries (pmd_lock)
 * PUD, CONT-PMD,        PUD, PMD, PTE; one of the  page_table_lock of the mm
 * CONT-PTE              contiguous ones here
 * </pre>
 *
 * @param mm whose mapping it is
 * @param table the walk that arrives at the entry
 * @param entry the huge entry
 * @param lock the lock of huge_pte_lock()
 * @param faultMutex the mutex of hugetlb_fault_mutex_table that its place in the file selects; a
 *     child has that of its parent
 */
public record HugetlbVma(Mm mm, PageTable table, Word entry, Spinlock lock, Spinlock faultMutex) {

  /** The pages of a page of hugetlb: as few as have a tail. */
  public static final int PAGES = 2;

  /** A page of the size of a PMD, which the PMD entry of a walk maps. */
  public static HugetlbVma ofPmd(Mm mm, PageTable table, Spinlock faultMutex) {
    return new HugetlbVma(mm, table, table.pmd(), table.above().lock(), faultMutex);
  }

  /** As {@link #ofPmd}, where the table of PMD entries is in sight: it may be shared. */
  public static HugetlbVma inTable(Mm mm, PageTable pmdTable, Spinlock faultMutex) {
    return new HugetlbVma(mm, pmdTable, pmdTable.pte(), pmdTable.lock(), faultMutex);
  }

  /**
   * A page of the size of some PTEs, which the first of them maps here. page_table_lock of the mm
   * is the lock of the PMD entry above, as it is where PMD locks are not split.
   */
  public static HugetlbVma ofContPte(Mm mm, PageTable table, Spinlock faultMutex) {
    return new HugetlbVma(mm, table, table.pte(), table.above().lock(), faultMutex);
  }
}
