package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.HardwarePoison;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.pfn.MemoryFailure;
import org.cowcheck.mm.pfn.MemoryFailure.Outcome;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.WalkerPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * memory_failure() sets PG_hwpoison atomically, without a reference, while the owner of the page
 * changes other flags by a load and a store of the whole word.
 */
final class LostHwpoison {
  private static final Origin RACE =
      new Origin.Race(
          "B26",
          "no fix known; f4c18e6f7b5b (mm: free/alloc: hwpoison out of the flag checks) left it",
          false,
          Platform.GENERIC,
          ImmutableList.of("S0", "seed", "S2", "S3"),
          ImmutableList.of("S3-with-atomic-free"));

  static final Scenario AT_FREE =
      new Scenario(
              "lost-hwpoison-at-free",
              "memory_failure() marks a page whose flags are cleared on free, not atomically",
              """
              The free path clears flags by loading the word and storing it: nobody else is thought
              to change them. memory_failure() sets PG_hwpoison before it has a reference. If that
              comes between load and store, the mark is lost, and the page goes back to the free
              list as if it were sound. The seed adds one such load and store for each page.

                CPU0: put_page                            CPU1: memory_failure
                (F13) load flags
                                                          (MX1) set PG_hwpoison
                (F13) store flags, without PG_hwpoison
              """,
              "free_pages_prepare(), v5.17 to v6.1; found no fix upstream",
              ImmutableList.of("the page is not allocated again"),
              Patches.statesAnd(WalkerPatches.S3_WITH_ATOMIC_FREE),
              LostHwpoison::atFree)
          .from(RACE);

  static final Scenario OF_SLAB =
      new Scenario(
              "lost-hwpoison-of-slab",
              "memory_failure() marks a page while it becomes a slab page, and is freed again",
              """
              As lost-hwpoison-at-free: PG_slab is set and cleared by a load and a store of the
              whole word, too. memory_failure() avoids the page lock of such pages for this very
              reason, but not the mark.

                CPU0: alloc_slab_page, __free_slab        CPU1: memory_failure
                (L2) load flags
                                                          (MX1) set PG_hwpoison
                (L2) store flags, without PG_hwpoison
              """,
              "alloc_slab_page(), __free_slab(), v5.17 to v6.1; comment in memory_failure()",
              ImmutableList.of("the page is not allocated again once it was freed"),
              Patches.statesAnd(WalkerPatches.S3_WITH_ATOMIC_FREE),
              LostHwpoison::ofSlab)
          .from(RACE);

  private LostHwpoison() {}

  private static Setting atFree(Kernel kernel, Memory memory) {
    Page page = AnonPage.zapped(memory, kernel);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    return setting(
        kernel,
        memory,
        page,
        free,
        new Program("put_page", cpu -> free.putPage(kernel.boot(cpu), page) ? 1 : 0));
  }

  private static Setting ofSlab(Kernel kernel, Memory memory) {
    Page page = Page.free(memory, "page");
    Page spare = Page.free(memory, "spare");
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    return setting(
        kernel,
        memory,
        page,
        free,
        new Program(
            "alloc_slab_page, __free_slab",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page allocated = slab.allocSlabPage(cpu, FreeList.of(page, spare));
              return slab.freeSlab(cpu, allocated, free) ? 1 : 0;
            }));
  }

  private static Setting setting(
      Kernel kernel, Memory memory, Page page, PageFree free, Program owner) {
    MemoryFailure failure = new MemoryFailure(kernel, free);
    return new Setting(
        memory,
        ImmutableList.of(
            owner,
            new Program(
                "memory_failure",
                cpu -> failure.handle(kernel.boot(cpu), page) == Outcome.IGNORED ? 0 : 1)),
        ImmutableList.of(HardwarePoison.isKept(page), noBug()));
  }
}
