package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** One page goes from hand to hand while a PFN walker, without a reference, asks PageSlab(). */
final class PageSlabAcrossOwners {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-across-owners",
          "a slab page is freed and faulted in as anonymous while PageSlab() looks at it",
          """
          The page is a slab page first. When that is freed, a walker is told so and asks
          PageSlab(), while the page is faulted in as anonymous memory on the CPU that freed it.
          As pageslab-at-fault, after another owner.

            CPU0: __free_slab, do_anonymous_page      CPU1: PageSlab
            (O1) tell: store-release                  (O2) be told: load-acquire
                                                      (T2) load mapping: NULL
            (N4) store mapping: anon
            (N6) set PG_anon_exclusive (PG_slab)
                                                      (T4) load flags: PG_slab set
          """,
          "found by cowcheck; RFC 08/13",
          ImmutableList.of("the free list is that of one CPU: nothing is shared on the way"),
          Patches.pageSlab(),
          PageSlabAcrossOwners::build);

  private PageSlabAcrossOwners() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = Page.free(memory, "page");
    PageTable table = PageTable.of(memory, "mm", 0);
    Word told = memory.word("told", 0);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    Fault fault = new Fault(kernel);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "alloc_slab_page, __free_slab, do_anonymous_page",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  slab.allocSlabPage(cpu, FreeList.of(page));
                  slab.freeSlab(cpu, page, free);
                  Handover.give(cpu, told);
                  return fault.doAnonymousPage(cpu, table, FreeList.of(page), free) ? 1 : 0;
                }),
            new Program(
                "PageSlab",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  return Handover.call(
                      cpu, told, () -> PageTests.pageSlab(kernel, cpu, page) ? 1 : 0);
                })),
        ImmutableList.of(slabWasTrue("PageSlab()", 1, 1, page), noBug()));
  }
}
