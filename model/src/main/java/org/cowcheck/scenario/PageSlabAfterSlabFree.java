package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.freedPageIsClean;
import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A slab page is freed, and who has been told so asks PageSlab(): it must not say "slab" any more.
 * __free_slab() clears the flag and resets mapping without a barrier; what is told is told by a
 * release.
 */
final class PageSlabAfterSlabFree {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-after-slab-free",
          "a slab page is freed, and a CPU that was told so asks PageSlab()",
          """
          One CPU gets a page as a slab page and frees it again. Then it tells another CPU, which
          asks PageSlab(). There is no barrier between the flag and mapping in __free_slab(), but
          there is a release after both.

            CPU0: alloc_slab_page, __free_slab                CPU1: PageSlab of a freed page
            (L2)  set PG_slab
            (L3)  store slab_cache over mapping
            (L5)  clear PG_slab
            (L6)  mapping becomes NULL
            (O1)  tell: store-release                         (O2) be told: load-acquire
                                                              (T2) load mapping
                                                              (T4) load flags
          """,
          "v5.17 and v6.1 mm/slub.c: __free_slab()",
          ImmutableList.of(
              "the free list is that of one CPU: nothing is shared on the way",
              "the page is not allocated again while it is looked at"),
          Patches.pageSlab(),
          PageSlabAfterSlabFree::build);

  private PageSlabAfterSlabFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = Page.free(memory, "page");
    Word told = memory.word("told", 0);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "alloc_slab_page, __free_slab",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  slab.allocSlabPage(cpu, FreeList.of(page));
                  boolean freed = slab.freeSlab(cpu, page, free);
                  Handover.give(cpu, told);
                  return freed ? 1 : 0;
                }),
            new Program(
                "PageSlab of a freed page",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  return Handover.call(
                      cpu, told, () -> PageTests.pageSlab(kernel, cpu, page) ? 1 : 0);
                })),
        ImmutableList.of(
            slabWasTrue("PageSlab()", 1, 1, page), freedPageIsClean(kernel, 0, page), noBug()));
  }
}
