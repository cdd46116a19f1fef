package org.cowcheck.invariant;

import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;

/**
 * What must hold of the count of PMD mappings of a huge page: it is the number of PMD entries that
 * map it. One that is mapped and not counted is freed under its user.
 */
public final class HugeMappingCount {
  private HugeMappingCount() {}

  /**
   * The count agrees with the one PMD entry that may map the page.
   *
   * @param pmd the entry
   * @param block the huge page
   */
  public static Invariant of(Pmd pmd, PageBlock block) {
    return new Invariant(
        "a PMD entry and the count of mappings of a huge page differ",
        end -> maps(end.value(pmd.entry()), block) == (end.value(block.compoundMapcount()) == 0));
  }

  private static boolean maps(long entry, PageBlock block) {
    return Pte.present(entry) && Pte.isHuge(entry) && Pte.address(entry) == block.head().address();
  }
}
