package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;

/**
 * A page that an entry maps, or will map from the swap cache, is linked to the VMA of that entry:
 * what __page_check_anon_rmap() checks on DEBUG_VM, and rmap relies on. KSM pages belong to none,
 * and neither do pages of the swap cache that were not mapped since they were read.
 *
 * @param memory knows the pages and slots that entries name
 * @param ones entries of VMAs whose pages have the mapping {@link Page#ANON_VMA}
 * @param others entries of a VMA whose pages have the mapping {@link Page#OTHER_ANON_VMA}
 */
public record VmaOfPage(
    Memory memory, ImmutableList<PageTable> ones, ImmutableList<PageTable> others) {

  /** In the end. */
  public Invariant invariant() {
    return new Invariant(
        "a page belongs to another VMA than its entry",
        end -> belong(end, ones, Page.ANON_VMA) && belong(end, others, Page.OTHER_ANON_VMA));
  }

  private boolean belong(End end, ImmutableList<PageTable> tables, long anonVma) {
    for (PageTable table : tables) {
      Page page = page(end, end.value(table.pte()));
      if (page != null && !isKsm(end, page) && end.value(page.mapping()) != anonVma) {
        return false;
      }
    }
    return true;
  }

  private static boolean isKsm(End end, Page page) {
    return (end.value(page.mapping()) & Page.MAPPING_FLAGS) == Page.MAPPING_FLAGS;
  }

  private Page page(End end, long pte) {
    if (Pte.present(pte)) {
      return Pte.page(memory, pte);
    }
    long cached =
        Pte.isSwap(pte)
            ? end.value(memory.object(Pte.address(pte), SwapSlot.class).swapCache())
            : 0;
    Page page = cached == 0 ? null : memory.object(cached, Page.class);
    return page == null || end.value(page.mapping()) == 0 ? null : page;
  }
}
