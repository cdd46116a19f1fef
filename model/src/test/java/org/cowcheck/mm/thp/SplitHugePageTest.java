package org.cowcheck.mm.thp;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.mmap.MoveHugePmd;
import org.cowcheck.mm.mmap.MovePtes;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.ThpPatches;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What is left of a huge page that is split, moved in parts, or swapped out. */
final class SplitHugePageTest {

  /** Locked, with a reference of the caller. */
  private static HugeEntry locked(KernelState state) {
    return locked(new HugeEntry(state));
  }

  private static HugeEntry locked(HugeEntry huge) {
    set(huge.head.flags(), value(huge.head.flags()) | bit(PG_LOCKED));
    return huge.held(1);
  }

  private static boolean split(HugeEntry huge, Kernel kernel, Cpu cpu) {
    return new SplitHugePage(
            kernel, new SplitHugePmd(kernel, huge.memory, huge.one.free), huge.one.free)
        .split(cpu, huge.mm, huge.head, huge.table);
  }

  private static boolean split(HugeEntry huge) {
    return split(huge, huge.kernel, huge.cpu());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageBecomesSmallPagesThatAreExclusiveAsBefore(KernelState state) {
    HugeEntry huge = locked(state);
    assertTrue(split(huge));
    assertEquals(0, value(huge.tail.compoundHead()));
    assertFalse(has(huge.head, PG_HEAD));
    for (Page page : huge.block.pages()) {
      assertEquals(Page.ANON_VMA, value(page.mapping()));
      assertEquals(0, value(page.mapcount()));
      assertTrue(has(page, PG_LRU) && has(page, PG_UPTODATE));
      assertEquals(huge.one.hasExclusive(), huge.isExclusive(page));
      assertEquals(page.address() | Pte.PRESENT | Pte.WRITE, huge.pte(page.index()));
    }
    assertEquals(2, huge.references());
    assertEquals(1, value(huge.tail.refcount()));
    assertTrue(has(huge.head, PG_LOCKED));
    assertFalse(has(huge.tail, PG_LOCKED));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTailIsCompleteBeforeItLeavesTheHead(KernelState state) {
    HugeEntry huge = locked(state);
    split(huge);
    assertEquals(
        List.of(
            "SH4 update FULL huge._refcount",
            "SH8 load ONCE huge.mapping",
            "SH8 store ONCE huge[1].mapping=" + Page.ANON_VMA,
            "SH9 smp_wmb",
            "SH10 store ONCE huge[1].compound_head=0",
            "SH11 store RELEASE huge[1]._refcount=1"),
        huge.did("SH4|SH8|SH9|SH10|SH11"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageWithAnotherReferenceIsNotSplit(KernelState state) {
    HugeEntry huge = locked(state).held(1);
    assertFalse(split(huge));
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
  }

  /** The reference comes after the first look; S1 to S3 see a pin in time, S0 does not look. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageThatIsPinnedMeanwhileIsMappedByPtesAgain(KernelState state) {
    for (String step : List.of("SP1", "SH3")) {
      HugeEntry huge = locked(state);
      assertFalse(split(huge, huge.kernel, huge.one.cpuMeddledWithAt(step, () -> huge.pinned(1))));
      assertEquals(huge.table.asPmd(), huge.pmd());
      assertEquals(huge.tail.address() | Pte.PRESENT | Pte.WRITE, huge.pte(1));
      assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.tail));
      assertEquals(huge.head.address() | 1, value(huge.tail.compoundHead()));
      assertEquals(4, huge.references());
      assertFalse(huge.bug());
    }
  }

  /** A tail whose mapping is gone is freed by the split; its flag is stale. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTailThatIsNotMappedIsFreed(KernelState state) {
    HugeEntry huge = locked(new HugeEntry(state).split());
    new Zap(huge.kernel, huge.memory, huge.one.free)
        .zapPteRange(huge.cpu(), huge.mm, huge.table.at(1));
    assertTrue(split(huge));
    assertEquals(0, value(huge.tail.refcount()));
    assertEquals(0, value(huge.tail.mapping()));
    assertEquals(0, value(huge.tail.flags()) & PageFlag.CHECK_AT_PREP);
    assertEquals(0, value(huge.block.deferredList()));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.head));
    assertFalse(huge.bug());
  }

  /** The seed's mask drops the flag that it means to keep, and keeps two others. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S1")
  void theSeedsMaskKeepsOtherFlagsThanItMeansTo(KernelState state) {
    for (Patch patch : List.of(Patch.of(state), ThpPatches.SEED_SPLIT_MASK)) {
      HugeEntry huge = locked(state).split();
      set(huge.tail.flags(), value(huge.tail.flags()) | bit(PageFlag.PG_REFERENCED));
      new Zap(huge.kernel, huge.memory, huge.one.free)
          .zapPteRange(huge.cpu(), huge.mm, huge.table.at(1));
      boolean[] kept = new boolean[2];
      split(
          huge,
          new Kernel(patch, Platform.GENERIC, Accesses.MARKED),
          huge.one.cpuMeddledWithAt(
              "SH8",
              () -> {
                kept[0] = huge.isExclusive(huge.tail);
                kept[1] = has(huge.tail, PageFlag.PG_REFERENCED);
              }));
      assertEquals(!patch.edits().isEmpty(), kept[0]);
      assertFalse(kept[1]);
    }
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aWritablePartThatIsNotExclusiveIsABug(KernelState state) {
    HugeEntry huge = locked(state).split();
    set(huge.tail.flags(), 0);
    split(huge);
    assertTrue(huge.bug());
  }

  // move_ptes(), move_huge_pmd()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void partsMoveToAnotherTableAndStayExclusive(KernelState state) {
    HugeEntry huge = new HugeEntry(state).split();
    set(huge.child.pmd(), huge.child.asPmd());
    new MovePtes(huge.kernel).move(huge.cpu(), huge.mm, huge.table.at(1), huge.child, 1);
    assertEquals(0, huge.pte(1));
    assertEquals(huge.tail.address() | Pte.PRESENT | Pte.WRITE, value(huge.child.pte()));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.tail));
    assertEquals(2, huge.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageMovesAsAWhole(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    assertTrue(
        new MoveHugePmd(huge.kernel).moveHugePmd(huge.cpu(), huge.mm, huge.table, huge.child));
    assertEquals(0, huge.pmd());
    assertEquals(Pte.huge(huge.head, true), value(huge.child.pmd()));
    assertEquals(1, huge.references());
    assertEquals(
        List.of("HP27 lock mm2.pmd_lock", "HP29 lock child2.pmd_lock", "HP32 mb"),
        huge.did("HP27|HP29|HP32"));
  }

  // try_to_unmap() of a huge page

  private static boolean swapOut(HugeEntry huge, ImmutableList<SwapSlot> slots) {
    return new HugeSwapOut(
            huge.kernel, new SplitHugePmd(huge.kernel, huge.memory, huge.one.free), huge.one.free)
        .shrinkPage(huge.cpu(), huge.mm, huge.table, huge.block, slots);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void eachPartOfAHugePageGetsASwapEntry(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1);
    ImmutableList<SwapSlot> slots =
        ImmutableList.of(SwapSlot.free(huge.memory), SwapSlot.free(huge.memory));
    assertTrue(swapOut(huge, slots));
    boolean keeps = state == KernelState.S2 || state == KernelState.S3;
    for (int i = 0; i < 2; i++) {
      assertEquals(Pte.swap(slots.get(i)) | (keeps ? Pte.EXCLUSIVE : 0), huge.pte(i));
      assertEquals(huge.block.pages().get(i).address(), value(slots.get(i).swapCache()));
      assertFalse(huge.isExclusive(huge.block.pages().get(i)));
    }
    assertEquals(3, huge.references());
    assertFalse(has(huge.head, PG_LOCKED));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedHugePageIsNotSwappedOut(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1).pinned(1);
    assertFalse(
        swapOut(huge, ImmutableList.of(SwapSlot.free(huge.memory), SwapSlot.free(huge.memory))));
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
  }
}
