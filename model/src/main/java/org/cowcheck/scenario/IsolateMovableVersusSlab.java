package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.pfn.IsolateMovablePage;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.WalkerPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** isolate_movable_page() looks at a page that becomes a slab page, and is freed again. */
final class IsolateMovableVersusSlab {
  static final Scenario SCENARIO =
      new Scenario(
              "8b8817630ae8-isolate-movable-vs-slab",
              "isolate_movable_page() takes what lies over mapping of a slab page for operations",
              """
              130d4df57390 puts slab_list over mapping, whose poison has the bits of a movable page.
              isolate_movable_page() has a reference, but a slab page is what its owner makes of
              it. 8b8817630ae8 makes it look at PG_slab before and after mapping, with barriers
              on both sides.

                CPU0: alloc_slab_page                 CPU1: isolate_movable_page
                (P2)  _refcount becomes 1
                                                      (IM1) _refcount + 1 unless 0
                                                      (IM3) PageSlab? not yet
                (L2)  set PG_slab
                (L3a) LIST_POISON2 over mapping
                                                      (IM5) load mapping: movable
                                                      (IM7) PageSlab now? yes
              """,
              "8b8817630ae8 (mm/migrate: make isolate_movable_page() skip slab pages)",
              ImmutableList.of("the free list is that of one CPU", "the slab has one page"),
              Patches.statesAnd(
                  WalkerPatches.SLAB_LIST,
                  WalkerPatches.SLAB_SKIP,
                  WalkerPatches.SLAB_SKIP_WITHOUT_ALLOC_WMB,
                  WalkerPatches.SLAB_SKIP_WITHOUT_FREE_WMB,
                  WalkerPatches.SLAB_SKIP_WITHOUT_RMB,
                  WalkerPatches.SLAB_SKIP_ONCE),
              IsolateMovableVersusSlab::build)
          .from(
              new Origin.Race(
                  "B27",
                  "8b8817630ae8",
                  false,
                  Platform.GENERIC,
                  ImmutableList.of("S3-with-slab-list-over-mapping"),
                  ImmutableList.of("S3-with-slab-skip")));

  private IsolateMovableVersusSlab() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = Page.free(memory, "page");
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    IsolateMovablePage isolate = new IsolateMovablePage(kernel, free);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "alloc_slab_page, __free_slab",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  slab.allocSlabPage(cpu, FreeList.of(page));
                  return slab.freeSlab(cpu, page, free) ? 1 : 0;
                }),
            new Program(
                "isolate_movable_page", cpu -> isolate.isolate(kernel.boot(cpu), page) ? 1 : 0)),
        ImmutableList.of(
            new Invariant(
                "isolate_movable_page() followed mapping of a page that never was movable",
                end -> end.returned(1) == 0),
            noBug()));
  }
}
