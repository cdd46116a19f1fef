package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.WalkerPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A THP that was mapped by PTEs is freed while a PFN walker, without a reference, asks PageSlab()
 * of its tail.
 *
 * <p>The seed's wmb() stands after the head's flag. A reader that finds compound_head of the tail
 * cleared goes to the tail's own words, and nothing orders those: neither the tail's flag before
 * compound_head, nor before mapping of the tail.
 */
final class PageSlabOfTailAtFree {
  static final Scenario SCENARIO =
      new Scenario(
          "pageslab-of-tail-at-free",
          "a THP that was mapped by PTEs is freed while PageSlab() looks at its tail",
          """
          Each page of a THP that is mapped by PTEs has a PG_anon_exclusive of its own. Freeing the
          THP clears the flag of each tail, then mapping and compound_head of the tail, and only
          then the head's flag, with the wmb() before the head's mapping. A walker that finds the
          tail to be no tail any more looks at the tail's own mapping and flags. The flag was
          cleared before compound_head, but no barrier is between.

            CPU0: put_page of the THP                 CPU1: PageSlab of the tail
            (FT4) compound_head of the tail: 0 [early]
                                                      (T1) load compound_head: no tail
                                                      (T2) load mapping of the tail: not anonymous
                                                      (T4) load flags of the tail: PG_slab set
            (FT1) clear PG_anon_exclusive of the tail
          """,
          "found by cowcheck; RFC 08/13, hunk free_pages_prepare()",
          ImmutableList.of("the page is not allocated again while it is looked at"),
          ImmutableList.<Patch>builder()
              .addAll(Patches.pageSlab())
              .add(WalkerPatches.SEED_WITH_PAGE_FOLIO_ONCE)
              .add(WalkerPatches.SEED_WITH_TAIL_WMB)
              .add(WalkerPatches.SEED_WITH_TAIL_WMB_AND_READER_RMB)
              .build(),
          PageSlabOfTailAtFree::build);

  private PageSlabOfTailAtFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    long exclusive = kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    PageBlock block =
        PageBlock.compound(
            memory,
            "page",
            PageBlock.Compound.UNMAPPED,
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive,
                Page.ANON_VMA,
                1,
                -1),
            new PageState(exclusive, Page.TAIL_MAPPING, 0, -1));
    Page tail = block.pages().get(1);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "put_page of the THP", cpu -> free.putPage(kernel.boot(cpu), block.head()) ? 1 : 0),
            new Program(
                "PageSlab of the tail",
                cpu -> PageTests.pageSlab(kernel, kernel.boot(cpu), tail) ? 1 : 0)),
        ImmutableList.of(slabWasTrue("PageSlab()", 1, 1, tail), noBug()));
  }
}
