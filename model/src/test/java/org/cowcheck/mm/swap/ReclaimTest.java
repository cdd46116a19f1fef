package org.cowcheck.mm.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.SwapSlot.Device;
import org.cowcheck.mm.mmap.MadviseFree;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SwapPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When reclaim writes, frees, discards or keeps a page. */
final class ReclaimTest {

  /** On the LRU, and nobody has isolated it yet. */
  private static OneEntry mapped(KernelState state) {
    return new OneEntry(state, 1);
  }

  private static boolean reclaim(OneEntry one, Cpu cpu, SwapSlot slot) {
    SwapOut swapOut = new SwapOut(one.kernel, one.free);
    return swapOut.isolate(cpu, one.page)
        && swapOut.shrinkPageList(cpu, one.mm, one.table, one.page, slot);
  }

  private static boolean reclaim(OneEntry one) {
    return reclaim(one, one.cpu(), one.slot);
  }

  private static void assertIsFreed(OneEntry one) {
    assertEquals(0, one.references());
    assertEquals(0, OneEntry.value(one.page.mapping()));
    assertEquals(0, OneEntry.value(one.page.flags()));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageIsWrittenToItsSlotAndFreed(KernelState state) {
    for (Device device : Device.values()) {
      OneEntry one = mapped(state);
      SwapSlot slot = SwapSlot.of(one.memory, device, 0, 0);
      assertTrue(reclaim(one, one.cpu(), slot));
      assertIsFreed(one);
      assertEquals(7, OneEntry.value(slot.contents()));
      assertEquals(1, OneEntry.value(slot.swapMap()));
      assertEquals(0, OneEntry.value(slot.swapCache()));
      assertEquals(slot.address(), Pte.address(one.pte()));
    }
  }

  /** In S1 to S3 swap-out fails; S0 unmaps the page and then finds it in use. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsPinnedAfterTheUnmapIsNotFreed(KernelState state) {
    OneEntry one = mapped(state);
    Cpu cpu =
        one.cpuMeddledWithAt(
            "U18", () -> OneEntry.set(one.page.refcount(), one.references() + 1024));
    assertFalse(reclaim(one, cpu, one.slot));
    assertEquals(2 + 1024, one.references());
    assertEquals(0, OneEntry.value(one.slot.contents()));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatSomebodyGetsWhileItIsWrittenIsNotFreed(KernelState state) {
    OneEntry one = mapped(state);
    Cpu cpu =
        one.cpuMeddledWithAt("RM21", () -> OneEntry.set(one.page.refcount(), one.references() + 1));
    assertFalse(reclaim(one, cpu, one.slot));
    assertEquals(3, one.references());
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void aPageThatIsDirtiedWhileItIsWrittenIsNotFreed() {
    OneEntry one = mapped(KernelState.S3);
    Cpu cpu =
        one.cpuMeddledWithAt(
            "RM22",
            () ->
                OneEntry.set(
                    one.page.flags(),
                    OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_DIRTY)));
    assertFalse(reclaim(one, cpu, one.slot));
    assertEquals(2, one.references());
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
  }

  @Test
  void aSlotThatIsInUseIsNotTaken() {
    OneEntry one = mapped(KernelState.S3);
    OneEntry.set(one.slot.swapMap(), 1);
    assertFalse(reclaim(one));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(1, OneEntry.value(one.slot.swapMap()));
  }

  @Test
  void s0_withoutFeb889fb40fa_aPinnedPageGoesToTheSwapCache() {
    OneEntry one = new OneEntry(SwapPatches.S0_WITHOUT_PIN_CHECK, 1025);
    assertFalse(reclaim(one));
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
    assertTrue(Pte.isSwap(one.pte()));
  }

  private static OneEntry lazyFree(Patch patch, long references) {
    OneEntry one = new OneEntry(patch, references);
    new MadviseFree(one.kernel, one.memory).madviseFreePteRange(one.cpu(), one.mm, one.table);
    return one;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void madviseFreeMakesThePageCleanAndNotSwapBacked(KernelState state) {
    OneEntry one = lazyFree(Patch.of(state), 1);
    assertEquals(Pte.writable(one.page) & ~Pte.DIRTY, one.pte());
    assertFalse(OneEntry.has(one.page, PageFlag.PG_SWAPBACKED));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_DIRTY));
  }

  @Test
  void madviseFreeLeavesASharedDirtyPage() {
    OneEntry one = mapped(KernelState.S3);
    long dirty = OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_DIRTY);
    OneEntry.set(one.page.flags(), dirty);
    OneEntry.set(one.page.mapcount(), 1);
    new MadviseFree(one.kernel, one.memory).madviseFreePteRange(one.cpu(), one.mm, one.table);
    assertEquals(dirty, OneEntry.value(one.page.flags()));
    assertEquals(Pte.writable(one.page), one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aCleanPageOfMadviseFreeIsDiscarded(KernelState state) {
    OneEntry one = lazyFree(Patch.of(state), 1);
    assertTrue(reclaim(one));
    assertEquals(0, one.pte());
    assertEquals(0, OneEntry.value(one.slot.swapMap()));
    assertIsFreed(one);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageOfMadviseFreeThatIsDirtyAgainIsKept(KernelState state) {
    OneEntry one = lazyFree(Patch.of(state), 1);
    OneEntry.set(one.table.pte(), Pte.writable(one.page));
    assertFalse(reclaim(one));
    assertEquals(Pte.writable(one.page), one.pte());
    assertTrue(OneEntry.has(one.page, PageFlag.PG_SWAPBACKED));
    assertEquals(2, one.references());
  }

  /** 6c8e2a256915: S0 and S1 do not ask who else has a reference. */
  @ParameterizedTest
  @CsvSource({"S0, false", "S1, false", "S2, true", "S3, true"})
  void aPageOfMadviseFreeThatIsInUseIsKept(KernelState state, boolean kept) {
    OneEntry one = lazyFree(Patch.of(state), 2);
    assertFalse(reclaim(one));
    assertEquals(kept ? Pte.writable(one.page) & ~Pte.DIRTY : 0, one.pte());
    assertEquals(kept ? 3 : 2, one.references());
  }

  @Test
  void s3_theCountComesAfterTheClearedEntryAndBeforeTheDirtyFlag() {
    OneEntry one = lazyFree(Patch.of(KernelState.S3), 1);
    assertTrue(reclaim(one));
    assertEquals(
        List.of(
            "U9 update RELAXED mm.pte",
            "MF1 smp_mb",
            "MF2 load ONCE page._refcount",
            "MF2 load ONCE page._mapcount",
            "MF3 smp_rmb",
            "MF4 load ONCE page.flags"),
        one.did("U9|MF\\d"));
  }

  @Test
  void s3_without6c8e2a256915_asksOnlyForTheDirtyFlag() {
    OneEntry one = lazyFree(SwapPatches.WITHOUT_LAZYFREE_COUNT, 1);
    assertTrue(reclaim(one));
    assertEquals(List.of("MF4 load ONCE page.flags"), one.did("MF\\d"));
  }

  @Test
  void aDeviceThatNeedsStablePagesNoticesAChange() {
    OneEntry one = mapped(KernelState.S3);
    SwapSlot slot = SwapSlot.of(one.memory, Device.STABLE_WRITES, 0, 0);
    assertTrue(reclaim(one, one.cpu(), slot));
    assertFalse(one.noted(Pageout.CHANGED, one.page.address()));
    assertEquals(
        2,
        one.did("RM12").stream().filter(line -> line.contains("load ONCE page.contents")).count());
  }
}
