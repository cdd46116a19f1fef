package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/**
 * A page is faulted in as anonymous while a PFN walker, without a reference, asks PageSlab().
 *
 * <p>The twin of {@link PageSlabAtFree} on the way in. No barrier helps: the walker's two loads are
 * in order, and the page changes its kind between them. Only a second look at mapping would do, as
 * isolate_movable_page() has it since 8b8817630ae8.
 */
final class PageSlabAtFault {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-at-fault",
          "a page is faulted in as anonymous while PageSlab() looks at it",
          """
          A PFN walker asks PageSlab() of a page that the page allocator hands out as anonymous
          memory. It loads mapping before the fault and flags after it. No reordering is needed,
          so no barrier helps; only a second look at mapping would.

            CPU0: do_anonymous_page                   CPU1: PageSlab
                                                      (T2) load mapping: NULL, not anon
            (N4) store mapping: anon
            (N6) set PG_anon_exclusive (PG_slab)
                                                      (T4) load flags: PG_slab set
          """,
          "found by cowcheck; not discussed on the list",
          ImmutableList.of("the LRU batch is not drained while the page is looked at"),
          Patches.pageSlab(),
          PageSlabAtFault::build);

  private PageSlabAtFault() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FaultedPage.readBy(
        "PageSlab",
        "PageSlab()",
        (cpu, page, free) -> PageTests.pageSlab(kernel, cpu, page) ? 1 : 0,
        kernel,
        memory);
  }
}
