package org.cowcheck.mm.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What swapoff() and zapping make of a swap entry. */
final class SwapoffTest {

  /** Swapped out; who isolated the page has put it back. */
  private static OneEntry swapped(KernelState state) {
    OneEntry one = new OneEntry(state, 2);
    assertTrue(
        new SwapOut(one.kernel, one.free)
            .shrinkPage(one.cpu(), one.mm, one.table, one.page, one.slot));
    OneEntry.set(one.page.refcount(), 1);
    return one;
  }

  private static boolean unuse(OneEntry one, Cpu cpu) {
    return new UnusePte(one.kernel, one.memory, one.free)
        .unusePteRange(cpu, one.table, one.slot, FreeList.of(one.spare));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void swapoffMapsThePageAndFreesTheSlot(KernelState state) {
    OneEntry one = swapped(state);
    assertTrue(unuse(one, one.cpu()));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertEquals(0, OneEntry.value(one.slot.swapMap()));
    assertEquals(0, OneEntry.value(one.slot.swapCache()));
    assertEquals(1, one.references());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    if (one.hasExclusive()) {
      assertEquals(state != KernelState.S1, one.isExclusive(one.page));
    }
    assertFalse(one.bug());
  }

  @Test
  void swapoffReadsThePageThatIsNotInTheSwapCache() {
    OneEntry one = new OneEntry(KernelState.S3, 1);
    OneEntry.set(one.slot.swapMap(), 1);
    OneEntry.set(one.slot.contents(), 9);
    OneEntry.set(one.table.pte(), Pte.swap(one.slot) | Pte.EXCLUSIVE);
    assertTrue(unuse(one, one.cpu()));
    assertEquals(Pte.readOnly(one.spare), one.pte());
    assertEquals(9, OneEntry.value(one.spare.contents()));
    assertTrue(one.isExclusive(one.spare));
  }

  @Test
  void swapoffLeavesAnEntryThatChanged() {
    OneEntry one = swapped(KernelState.S3);
    assertFalse(unuse(one, one.cpuMeddledWithAt("UP4", () -> OneEntry.set(one.table.pte(), 0))));
    assertEquals(0, one.pte());
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void swapoffWaitsForWriteback() {
    OneEntry one = swapped(KernelState.S3);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_WRITEBACK));
    long entry = one.pte();
    assertFalse(unuse(one, one.cpu()));
    assertEquals(entry, one.pte());
  }

  @ParameterizedTest
  @EnumSource(
      value = KernelState.class,
      names = {"S2", "S3"})
  void anExclusivePageInTheSwapCacheIsABug(KernelState state) {
    OneEntry one = swapped(state);
    OneEntry.set(
        one.page.flags(),
        OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.anonExclusive(Kernels.of(state))));
    unuse(one, one.cpu());
    assertTrue(one.bug());
  }

  private static boolean zap(OneEntry one) {
    return new Zap(one.kernel, one.memory, one.free).zapPteRange(one.cpu(), one.mm, one.table);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zappingTheLastSwapEntryFreesSlotAndPage(KernelState state) {
    OneEntry one = swapped(state);
    OneEntry.set(one.slot.swapMap(), 1 | SwapSlot.HAS_CACHE);
    assertTrue(zap(one));
    assertEquals(0, one.pte());
    assertEquals(0, OneEntry.value(one.slot.swapMap()));
    assertEquals(0, OneEntry.value(one.slot.swapCache()));
    assertEquals(0, one.references());
    assertFalse(one.bug());
  }

  @Test
  void zappingASwapEntryLeavesThePageToTheOther() {
    OneEntry one = swapped(KernelState.S3);
    OneEntry.set(one.slot.swapMap(), 2 | SwapSlot.HAS_CACHE);
    assertFalse(zap(one));
    assertEquals(0, one.pte());
    assertEquals(1 | SwapSlot.HAS_CACHE, OneEntry.value(one.slot.swapMap()));
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
  }

  /** The page stays mapped elsewhere, and so in the swap cache, unless swap space is full. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void zappingTheLastEntryTakesAMappedPageOutOfTheSwapCacheIfSwapIsFull(boolean full) {
    OneEntry one = new OneEntry(KernelState.S3, 2);
    LongFunction<Page> cached =
        at -> {
          OneEntry.set(one.page.privateData(), at);
          OneEntry.set(
              one.page.flags(),
              OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_SWAPCACHE));
          return one.page;
        };
    SwapSlot slot =
        full
            ? SwapSlot.cachedFull(one.memory, "cached", 1, cached)
            : SwapSlot.cached(one.memory, "cached", 1, cached);
    OneEntry.set(one.childTable.pte(), Pte.swap(slot));
    new Zap(one.kernel, one.memory, one.free).zapPteRange(one.cpu(), one.mm, one.childTable);
    assertEquals(0, one.childPte());
    assertEquals(full ? 0 : SwapSlot.HAS_CACHE, OneEntry.value(slot.swapMap()));
    assertEquals(full ? 0 : one.page.address(), OneEntry.value(slot.swapCache()));
    assertEquals(full ? 1 : 2, one.references());
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }
}
