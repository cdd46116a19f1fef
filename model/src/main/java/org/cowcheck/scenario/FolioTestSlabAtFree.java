package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/** As {@link PageSlabAtFree}, by folio_test_slab(): the two loads without compound_head. */
final class FolioTestSlabAtFree {
  static final Scenario SCENARIO =
      new Scenario(
          "folio-test-slab-at-free",
          "an exclusive anonymous page is freed while folio_test_slab() looks at it",
          """
          As pageslab-at-free, with folio_test_slab(): the load of mapping and the load of flags
          follow each other directly.

            CPU0: put_page                            CPU1: folio_test_slab
                                                      (T7) load flags: PG_slab set      [early]
            (F8)  clear PG_anon_exclusive (PG_slab)
            (F9)  wmb
            (F11) mapping becomes NULL
                                                      (T6) load mapping: NULL, not anon
          """,
          "RFC 08/13, 20220224122614.94921-9-david@redhat.com",
          ImmutableList.of("the page is not allocated again while it is looked at"),
          Patches.pageSlab(),
          FolioTestSlabAtFree::build);

  private FolioTestSlabAtFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FreedPage.readBy(
        "folio_test_slab",
        1,
        (cpu, page, free) -> PageTests.folioTestSlab(kernel, cpu, page) ? 1 : 0,
        kernel,
        memory);
  }
}
