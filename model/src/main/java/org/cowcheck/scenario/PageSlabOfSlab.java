package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.notSlabWasTrue;
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
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The other direction: PageSlab() must say "slab" of a page that is a slab page during the whole
 * call. The page was anonymous before, and the reader was handed an object in it.
 */
final class PageSlabOfSlab {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-of-slab",
          "a freed anonymous page becomes a slab page, and the user of an object asks PageSlab()",
          """
          One CPU frees an exclusive anonymous page, gets it back from its free list as a slab page
          and publishes an object in it. Another CPU takes the object and asks PageSlab() of its
          page, as kfree() of a large object and usercopy do. It must see a slab page: neither the
          stale mapping nor the cleared flag of the anonymous page.

            CPU0: put_page, alloc_slab_page                   CPU1: PageSlab of an object
            (F8)  clear PG_anon_exclusive (PG_slab)
            (F11) mapping becomes NULL
            (L2)  set PG_slab
            (L3)  store slab_cache over mapping
            (O1)  publish an object                           (O2) take the object
                                                              (T2) load mapping: slab_cache
                                                              (T4) load flags: PG_slab set
          """,
          "v5.17 mm/slub.c and mm_types.h; asked on v1 10/15, 9 Mar 2022: slab_cache over mapping",
          ImmutableList.of(
              "the free list is that of one CPU: nothing is shared on the way",
              "the object is handed over by store-release and load-acquire",
              "the object is not freed"),
          Patches.pageSlab(),
          PageSlabOfSlab::build);

  private PageSlabOfSlab() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.zapped(memory, kernel);
    Word object = memory.word("object", 0);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Slab slab = new Slab(kernel);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "put_page, alloc_slab_page",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  if (!free.putPage(cpu, page)) {
                    return 0;
                  }
                  slab.allocSlabPage(cpu, FreeList.of(page));
                  Handover.give(cpu, object);
                  return 1;
                }),
            new Program(
                "PageSlab of an object",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  return Handover.call(
                      cpu, object, () -> PageTests.pageSlab(kernel, cpu, page) ? 1 : 0);
                })),
        ImmutableList.of(
            slabWasTrue("PageSlab()", 1, 1, page),
            notSlabWasTrue("PageSlab()", 1, 1 | Handover.NOTHING, page),
            noBug()));
  }
}
