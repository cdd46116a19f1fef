package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Setting;

/**
 * An exclusive page of hugetlb goes back to the pool while a PFN walker, without a reference, asks
 * PageSlab() of it. It stays a compound page, so compound_head tells the walker the same
 * throughout.
 */
final class PageSlabAtFreeHugePage {
  private static final String STORY =
      """
      free_huge_page() of the seed clears PG_anon_exclusive (PG_slab) of the head and then resets
      mapping, with a wmb() between, as free_pages_prepare() does; the walker has no barrier. In S2
      and S3 free_huge_page() has no barrier either, and needs none: PG_mappedtodisk is no page type.

        CPU0: put_page                            CPU1: PageSlab
                                                  (T4) load flags: PG_slab set      [early]
        (HR3) clear PG_anon_exclusive (PG_slab)
        (HR4) wmb
        (HR5) mapping becomes NULL
                                                  (T2) load mapping: NULL, not anon
      """;

  static final Scenario OF_HEAD =
      scenario(
          "pageslab-at-free-huge-page",
          "an exclusive page of hugetlb is freed while PageSlab() looks at it",
          0);

  static final Scenario OF_TAIL =
      scenario(
          "pageslab-at-free-huge-page-tail",
          "an exclusive page of hugetlb is freed while PageSlab() looks at its second page",
          1);

  private PageSlabAtFreeHugePage() {}

  private static Scenario scenario(String name, String title, int index) {
    return new Scenario(
        name,
        title,
        STORY,
        "RFC 08/13, 20220224122614.94921-9-david@redhat.com",
        ImmutableList.of("the page is not taken from the pool again while it is looked at"),
        HugetlbPatches.free(),
        (kernel, memory) -> build(kernel, memory, index));
  }

  private static Setting build(Kernel kernel, Memory memory, int index) {
    PageBlock huge = HugetlbPage.zapped(memory, kernel);
    Page looked = huge.pages().get(index);
    return FreedPage.readBy(
        "PageSlab",
        1,
        huge.head(),
        (cpu, page, free) -> PageTests.pageSlab(kernel, cpu, looked) ? 1 : 0,
        kernel,
        memory);
  }
}
