package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/**
 * An exclusive anonymous page is freed while a PFN walker, without a reference, asks PageSlab().
 *
 * <p>The page has never been a slab page, so "true" is a lie. The wmb() of the seed orders the two
 * stores; nothing in PageSlab() orders the two loads.
 */
final class PageSlabAtFree {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-at-free",
          "an exclusive anonymous page is freed while PageSlab() looks at it",
          """
          A PFN walker asks PageSlab() of an anonymous page, without a reference, while its owner
          drops the last one. The page has never been a slab page. In S1 PG_anon_exclusive is
          PG_slab, so PageSlab() has to look at mapping first; the free path clears the flag
          before it resets mapping, with a wmb() between. The walker has no barrier.

            CPU0: put_page                            CPU1: PageSlab
                                                      (T4) load flags: PG_slab set      [early]
            (F8)  clear PG_anon_exclusive (PG_slab)
            (F9)  wmb
            (F11) mapping becomes NULL
                                                      (T2) load mapping: NULL, not anon
          """,
          "RFC 08/13, 20220224122614.94921-9-david@redhat.com",
          ImmutableList.of("the page is not allocated again while it is looked at"),
          Patches.pageSlab(),
          PageSlabAtFree::build);

  private PageSlabAtFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FreedPage.readBy(
        "PageSlab",
        1,
        (cpu, page, free) -> PageTests.pageSlab(kernel, cpu, page) ? 1 : 0,
        kernel,
        memory);
  }
}
