package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.notSlabWasTrue;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFree;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Slab;
import org.cowcheck.patch.Kernel;

/**
 * An exclusive anonymous page is freed and comes back as a slab page, is freed again, and all the
 * while a PFN walker asks PageSlab(). There are instants at which the page is a slab page, so
 * "true" needs one of them to fall into the call; "false" needs an instant at which it is none.
 */
final class PageSlabAtSlabReuse {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-at-slab-reuse",
          "an anonymous page is freed, becomes a slab page and is freed, under PageSlab()",
          """
          One CPU frees an exclusive anonymous page, gets it back from its free list as a slab page
          and frees that too. The walker asks PageSlab() without a reference. Nothing orders the
          walker against the owner, so the call may span any of these instants, and both answers
          are true of one of them: in this scenario PageSlab() cannot be wrong, only the checks of
          the slab and page allocators can fire.

            CPU0: put_page, alloc_slab_page, __free_slab      CPU1: PageSlab
            (F8)  clear PG_anon_exclusive (PG_slab)
            (F11) mapping becomes NULL
            (L2)  set PG_slab                                 (T2) load mapping
            (L3)  store slab_cache over mapping               (T4) load flags
            (L5)  clear PG_slab
            (L6)  mapping becomes NULL
          """,
          "section A.21",
          ImmutableList.of("the free list is that of one CPU: nothing is shared on the way"),
          PageSlabAtSlabReuse::build);

  private PageSlabAtSlabReuse() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.zapped(memory, kernel.state());
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "put_page, slab",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  if (!free.putPage(cpu, page)) {
                    return 0;
                  }
                  slab.allocSlabPage(cpu, page);
                  return slab.freeSlab(cpu, page, free) ? 1 : 0;
                }),
            new Program(
                "PageSlab", cpu -> PageTests.pageSlab(kernel, kernel.boot(cpu), page) ? 1 : 0)),
        ImmutableList.of(
            slabWasTrue("PageSlab()", 1, 1, page),
            notSlabWasTrue("PageSlab()", 1, 1, page),
            noBug()));
  }
}
