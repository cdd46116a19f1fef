package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.PageInvariants;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.pfn.MemoryFailure;
import org.cowcheck.mm.pfn.MemoryFailure.Outcome;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.WalkerPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** memory_failure() finds out what an exclusive anonymous page is while its owner puts it. */
final class MemoryFailureAtFree {
  static final Scenario SCENARIO =
      new Scenario(
          "memory-failure-at-free",
          "memory_failure() looks what an exclusive anonymous page is while its owner puts it",
          """
          identify_page_state() compares flags with a table, in which PG_slab comes early: an
          exclusive page of the seed looks like a slab page, unless mapping is looked at, too. It
          holds a reference, so that mapping stays as it is.

            CPU0: put_page                            CPU1: memory_failure
                                                      (MX5)  _refcount + 1 unless 0
            (F1) drop a reference: not the last
                                                      (MX15) load flags: PG_slab set
                                                      (MX16) load mapping: anonymous, so no slab
                                                      (MX19) drop the reference: the last one
          """,
          "RFC 08/13, hunk mm/memory-failure.c",
          ImmutableList.of("the page is not mapped any more"),
          ImmutableList.<Patch>builder()
              .addAll(Patches.pageSlab())
              .add(WalkerPatches.WITHOUT_MEMORY_FAILURE_HUNK)
              .build(),
          MemoryFailureAtFree::build);

  private MemoryFailureAtFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.zapped(memory, kernel);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    MemoryFailure failure = new MemoryFailure(kernel, free);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program("put_page", cpu -> free.putPage(kernel.boot(cpu), page) ? 1 : 0),
            new Program(
                "memory_failure",
                cpu -> failure.handle(kernel.boot(cpu), page) == Outcome.SLAB ? 1 : 0)),
        ImmutableList.of(PageInvariants.slabWasTrue("memory_failure()", 1, 1, page)));
  }
}
