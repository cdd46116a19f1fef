package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;

/**
 * prep_new_page() of an order-0 page (mm/page_alloc.c), S0 to S3.
 *
 * <p>The page comes from the free list of the same CPU, so that nothing is shared on the way.
 */
final class PageAlloc {
  static final Steps STEPS = new Steps("prep_new_page");

  private static final Step CHECK =
      STEPS.step(
          "P1", "check_new_page, DEBUG_VM", "_mapcount, mapping, _refcount and flags as expected?");
  private static final Step REFCOUNT =
      STEPS.step("P2", "set_page_refcounted", "_refcount becomes 1");

  private PageAlloc() {}

  /** alloc_page(): takes a page from the free list of this CPU. */
  static Page allocPage(Cpu cpu, FreeList pages) {
    Page page = pages.take(1);
    prepNewPage(cpu, page);
    return page;
  }

  private static void prepNewPage(Cpu cpu, Page page) {
    cpu.at(CHECK);
    cpu.VM_BUG_ON(
        !expectedState(cpu, page, PageFlag.CHECK_AT_PREP | PageFlag.bit(PageFlag.PG_HWPOISON)));
    cpu.at(REFCOUNT).atomic_set(page.refcount(), 1);
  }

  /** page_expected_state(): four loads, two of them plain in source. */
  static boolean expectedState(Cpu cpu, Page page, long checkedFlags) {
    return cpu.atomic_read(page.mapcount()) == -1
        && (cpu.read_plain_in_source(page.mapping())
                | cpu.atomic_read(page.refcount())
                | (cpu.read_plain_in_source(page.flags()) & checkedFlags))
            == 0;
  }
}
