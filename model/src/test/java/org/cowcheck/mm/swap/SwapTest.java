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
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SeedPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What swap-out makes of an entry, and what swap-in makes of it again. */
final class SwapTest {

  /** Who isolated the page has a reference, too. */
  private static OneEntry isolated(KernelState state) {
    return new OneEntry(state, 2);
  }

  private static boolean swapOut(OneEntry one, Cpu cpu) {
    return new SwapOut(one.kernel, one.free).shrinkPage(cpu, one.mm, one.table, one.page, one.slot);
  }

  private static boolean swapIn(OneEntry one) {
    return new SwapIn(one.kernel, one.memory, one.free).doSwapPage(one.cpu(), one.table);
  }

  private static boolean keepsExclusivity(KernelState state) {
    return state == KernelState.S2 || state == KernelState.S3;
  }

  private static void assertIsExclusive(boolean expected, OneEntry one) {
    if (one.hasExclusive()) {
      assertEquals(expected, one.isExclusive(one.page));
    }
  }

  /** 1493a1913e34: S2 and S3 keep the exclusive bit. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapOutLeavesASwapEntry(KernelState state) {
    OneEntry one = isolated(state);
    assertTrue(swapOut(one, one.cpu()));
    long exclusive = keepsExclusivity(state) ? Pte.EXCLUSIVE : 0;
    assertEquals(Pte.swap(one.slot) | exclusive, one.pte());
    assertEquals(1, SwapSlot.count(OneEntry.value(one.slot.swapMap())));
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(2, one.references());
    assertIsExclusive(false, one);
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapOutOfAPageThatIsNotExclusiveLeavesAPlainSwapEntry(KernelState state) {
    OneEntry one = isolated(state).readOnly().shared();
    assertTrue(swapOut(one, one.cpu()));
    assertEquals(Pte.swap(one.slot), one.pte());
  }

  /** S1 and S2 flush an exclusive page at once; 088b8aa537c2 lets that wait. */
  @Test
  void theFlushOfAnExclusivePageIsDeferredWith088b8aa537c2() {
    assertEquals(List.of("U10 mb"), flushes(Patch.of(KernelState.S1)));
    assertEquals(List.of("U10 mb"), flushes(Patch.of(KernelState.S2)));
    assertEquals(List.of("U19 mb"), flushes(SeedPatches.S2_WITH_BARRIERS));
    assertEquals(List.of("U19 mb"), flushes(Patch.of(KernelState.S3)));
  }

  private static List<String> flushes(Patch patch) {
    OneEntry one = new OneEntry(patch, 2);
    assertTrue(swapOut(one, one.cpu()));
    return one.did("U10|U19");
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedPageIsNotSwappedOut(KernelState state) {
    OneEntry one = new OneEntry(state, 1026);
    assertFalse(swapOut(one, one.cpu()));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(1026, one.references());
    assertEquals(0, OneEntry.value(one.slot.swapCache()));
    assertIsExclusive(true, one);
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  /** The page stays in the swap cache, which has a reference. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aPageThatIsPinnedMeanwhileKeepsItsEntry(KernelState state) {
    OneEntry one = isolated(state);
    assertFalse(swapOut(one, pinnedMeanwhile(one)));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(0, SwapSlot.count(OneEntry.value(one.slot.swapMap())));
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertEquals(2 + 1024 + 1, one.references());
    assertIsExclusive(true, one);
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0")
  void s0_doesNotLookForPinsAgain(KernelState state) {
    OneEntry one = isolated(state);
    assertTrue(swapOut(one, pinnedMeanwhile(one)));
    assertEquals(Pte.swap(one.slot), one.pte());
  }

  private static Cpu pinnedMeanwhile(OneEntry one) {
    return one.cpuMeddledWithAt(
        "U12", () -> OneEntry.set(one.page.refcount(), one.references() + 1024));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapInBringsExclusivityBackWhereTheEntryKeepsIt(KernelState state) {
    OneEntry one = isolated(state);
    swapOut(one, one.cpu());
    assertTrue(swapIn(one));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertEquals(0, SwapSlot.count(OneEntry.value(one.slot.swapMap())));
    assertEquals(3, one.references());
    assertIsExclusive(keepsExclusivity(state), one);
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapInOfASharedEntryIsNotExclusive(KernelState state) {
    OneEntry one = isolated(state);
    swapOut(one, one.cpu());
    OneEntry.set(one.table.pte(), Pte.swap(one.slot));
    assertTrue(swapIn(one));
    assertIsExclusive(false, one);
  }

  @ParameterizedTest
  @EnumSource(
      value = KernelState.class,
      names = {"S2", "S3"})
  void anExclusivePageInTheSwapCacheIsABug(KernelState state) {
    OneEntry one = isolated(state);
    swapOut(one, one.cpu());
    OneEntry.set(
        one.page.flags(),
        OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.anonExclusive(Kernels.of(state))));
    swapIn(one);
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapInOfAPresentEntryDoesNothing(KernelState state) {
    OneEntry one = isolated(state);
    assertFalse(swapIn(one));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(2, one.references());
  }

  /** The page is mapped elsewhere, so its entry cannot have been exclusive. */
  @ParameterizedTest
  @EnumSource(
      value = KernelState.class,
      names = {"S2", "S3"})
  void anExclusiveSecondMappingIsABug(KernelState state) {
    OneEntry one = isolated(state);
    swapOut(one, one.cpu());
    OneEntry.set(one.page.mapcount(), 0);
    swapIn(one);
    assertTrue(one.bug());
    assertIsExclusive(false, one);
  }
}
