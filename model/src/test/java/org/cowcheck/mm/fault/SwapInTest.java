package org.cowcheck.mm.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.SwapSlot.Device;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SwapPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a fault makes of a swap entry: whose page it maps, how, and what is left of the slot. */
final class SwapInTest {
  /** One entry that names a slot, exclusively. */
  private static final class Swapped {
    private final OneEntry one;
    private final SwapSlot slot;

    Swapped(Patch patch, Device device, long entries) {
      this.one = new OneEntry(patch, 1);
      this.slot = SwapSlot.of(one.memory, device, entries, 9);
      OneEntry.set(one.table.pte(), Pte.swap(slot) | Pte.EXCLUSIVE);
    }

    static Swapped of(KernelState state, Device device) {
      return new Swapped(Patch.of(state), device, 1);
    }

    /** The page is in the swap cache, which alone has a reference, and not exclusive. */
    Swapped cached(int... flags) {
      long set = PageFlag.bit(PageFlag.PG_UPTODATE) | PageFlag.bit(PageFlag.PG_SWAPBACKED);
      set |= PageFlag.bit(PageFlag.PG_SWAPCACHE);
      for (int flag : flags) {
        set |= PageFlag.bit(flag);
      }
      OneEntry.set(one.page.flags(), set);
      OneEntry.set(one.page.mapcount(), -1);
      OneEntry.set(one.page.privateData(), slot.address());
      OneEntry.set(slot.swapCache(), one.page.address());
      OneEntry.set(slot.swapMap(), OneEntry.value(slot.swapMap()) | SwapSlot.HAS_CACHE);
      return this;
    }

    boolean fault(boolean write) {
      return fault(one.cpu(), write);
    }

    boolean fault(Cpu cpu, boolean write) {
      return new SwapIn(one.kernel, one.memory, one.free)
              .doSwapPage(cpu, one.mm, one.table, write, FreeList.of(one.spare))
          == SwapIn.Done.MAPPED;
    }

    void assertIsExclusive(boolean expected, Page page) {
      if (one.hasExclusive()) {
        assertEquals(expected, one.isExclusive(page));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteFaultMapsTheOnlyUsersPageWritableAndFreesTheSlot(KernelState state) {
    Swapped test = Swapped.of(state, Device.DISK).cached();
    assertTrue(test.fault(true));
    assertEquals(Pte.writable(test.one.page), test.one.pte());
    assertEquals(0, OneEntry.value(test.slot.swapMap()));
    assertEquals(0, OneEntry.value(test.slot.swapCache()));
    assertEquals(0, OneEntry.value(test.one.page.privateData()));
    assertEquals(1, test.one.references());
    assertFalse(OneEntry.has(test.one.page, PageFlag.PG_SWAPCACHE));
    assertTrue(OneEntry.has(test.one.page, PageFlag.PG_DIRTY));
    test.assertIsExclusive(true, test.one.page);
    assertFalse(test.one.bug());
  }

  /** S0 counts the entries, so that another user's page is copied; S2, S3 believe the entry. */
  @ParameterizedTest
  @CsvSource({"S0, false", "S1, false", "S2, true", "S3, true"})
  void aWriteFaultOnAHeldPageReusesItIfTheEntrySaysSo(KernelState state, boolean reuses) {
    Swapped test = new Swapped(Patch.of(state), Device.DISK, 2).cached();
    OneEntry.set(test.one.page.refcount(), 2);
    assertTrue(test.fault(true));
    Page mapped = reuses ? test.one.page : test.one.spare;
    assertEquals(Pte.writable(mapped), test.one.pte());
    assertEquals(7, OneEntry.value(mapped.contents()));
    test.assertIsExclusive(true, mapped);
  }

  /** v5.17 does not count who holds a reference, only mappings and entries. */
  @Test
  void s0_aWriteFaultMapsAHeldPageWritable() {
    Swapped test = Swapped.of(KernelState.S0, Device.DISK).cached();
    OneEntry.set(test.one.page.refcount(), 1026);
    assertTrue(test.fault(true));
    assertEquals(Pte.writable(test.one.page), test.one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSlotOfASynchronousDeviceIsReadIntoAPageOfItsOwn(KernelState state) {
    Swapped test = Swapped.of(state, Device.SYNCHRONOUS);
    assertTrue(test.fault(false));
    assertEquals(Pte.readOnly(test.one.spare), test.one.pte());
    assertEquals(9, OneEntry.value(test.one.spare.contents()));
    assertEquals(Page.ANON_VMA, OneEntry.value(test.one.spare.mapping()));
    assertEquals(0, OneEntry.value(test.slot.swapCache()));
    assertEquals(0, OneEntry.value(test.slot.swapMap()));
    assertEquals(1, OneEntry.value(test.one.spare.refcount()));
    test.assertIsExclusive(true, test.one.spare);
    assertFalse(test.one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSlotWithASecondEntryIsReadIntoTheSwapCache(KernelState state) {
    Swapped test = new Swapped(Patch.of(state), Device.SYNCHRONOUS, 2);
    OneEntry.set(test.one.table.pte(), Pte.swap(test.slot));
    assertTrue(test.fault(false));
    assertEquals(Pte.readOnly(test.one.spare), test.one.pte());
    assertEquals(test.one.spare.address(), OneEntry.value(test.slot.swapCache()));
    assertEquals(1 | SwapSlot.HAS_CACHE, OneEntry.value(test.slot.swapMap()));
    test.assertIsExclusive(false, test.one.spare);
    assertFalse(test.one.bug());
  }

  @Test
  void aSlotThatSomebodyElseReadsIsNotReadIntoTheSwapCache() {
    Swapped test = Swapped.of(KernelState.S3, Device.DISK);
    OneEntry.set(test.slot.swapMap(), 1 | SwapSlot.HAS_CACHE);
    assertFalse(test.fault(false));
    assertEquals(0, OneEntry.value(test.one.spare.refcount()));
    assertEquals(0, OneEntry.value(test.slot.swapCache()));
  }

  @Test
  void thirteenDda_setsHasCacheWhileItReads() {
    Swapped test = new Swapped(SwapPatches.SWAPCACHE_PREPARE, Device.SYNCHRONOUS, 1);
    long[] seen = new long[1];
    assertTrue(
        test.fault(
            test.one.cpuMeddledWithAt("I4", () -> seen[0] = OneEntry.value(test.slot.swapMap())),
            false));
    assertEquals(1 | SwapSlot.HAS_CACHE, seen[0]);
    assertEquals(0, OneEntry.value(test.slot.swapMap()));
  }

  @Test
  void thirteenDda_doesNotReadWhatSomebodyElseReads() {
    Swapped test = new Swapped(SwapPatches.SWAPCACHE_PREPARE, Device.SYNCHRONOUS, 1);
    OneEntry.set(test.slot.swapMap(), 1 | SwapSlot.HAS_CACHE);
    assertFalse(test.fault(false));
    assertEquals(0, OneEntry.value(test.one.spare.refcount()));
    assertEquals(1 | SwapSlot.HAS_CACHE, OneEntry.value(test.slot.swapMap()));
  }

  /** The page may change under writeback of a disk, and not of a device with checksums. */
  @ParameterizedTest
  @CsvSource({"S2, DISK, true", "S2, STABLE_WRITES, false", "S3, STABLE_WRITES, false"})
  void anExclusivePageUnderWritebackIsExclusiveIfItMayChange(
      KernelState state, Device device, boolean exclusive) {
    Swapped test = Swapped.of(state, device).cached(PageFlag.PG_WRITEBACK);
    assertTrue(test.fault(true));
    assertEquals(Pte.writable(exclusive ? test.one.page : test.one.spare), test.one.pte());
    assertTrue(OneEntry.has(test.one.page, PageFlag.PG_WRITEBACK));
  }

  @ParameterizedTest
  @CsvSource({"DISK, true", "STABLE_WRITES, false"})
  void s0_aPageUnderWritebackIsReusedIfItMayChange(Device device, boolean reuses) {
    Swapped test = Swapped.of(KernelState.S0, device).cached(PageFlag.PG_WRITEBACK);
    assertTrue(test.fault(true));
    assertEquals(Pte.writable(reuses ? test.one.page : test.one.spare), test.one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatLeftTheSwapCacheIsNotMapped(KernelState state) {
    Swapped test = Swapped.of(state, Device.DISK).cached();
    long entry = test.one.pte();
    assertFalse(
        test.fault(
            test.one.cpuMeddledWithAt("I3a", () -> OneEntry.set(test.one.page.privateData(), 0)),
            false));
    assertEquals(entry, test.one.pte());
    assertEquals(1, test.one.references());
    assertFalse(OneEntry.has(test.one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void aPageThatIsGoingAwayIsNotMapped() {
    Swapped test = Swapped.of(KernelState.S3, Device.DISK).cached();
    OneEntry.set(test.one.page.refcount(), 0);
    assertFalse(test.fault(false));
    assertEquals(0, test.one.references());
  }

  @Test
  void anEntryThatChangedIsLeftAlone() {
    Swapped test = Swapped.of(KernelState.S3, Device.DISK).cached();
    assertFalse(
        test.fault(
            test.one.cpuMeddledWithAt("I5", () -> OneEntry.set(test.one.table.pte(), 0)), false));
    assertEquals(0, test.one.pte());
    assertEquals(1, test.one.references());
    assertFalse(OneEntry.has(test.one.page, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aKsmPageIsNeverExclusive(KernelState state) {
    Swapped test = Swapped.of(state, Device.DISK).cached();
    OneEntry.set(test.one.page.mapping(), Page.KSM_NODE);
    assertTrue(test.fault(false));
    assertFalse(test.one.isExclusive(test.one.page));
    assertEquals(Pte.readOnly(test.one.page), test.one.pte());
    assertFalse(test.one.bug());
  }

  @Test
  void aWriteProtectionOfUserfaultfdIsKept() {
    Swapped test = Swapped.of(KernelState.S3, Device.DISK).cached();
    OneEntry.set(test.one.table.pte(), Pte.swap(test.slot) | Pte.EXCLUSIVE | Pte.UFFD_WP);
    assertTrue(
        new SwapIn(test.one.kernel, test.one.memory, test.one.free)
            .doSwapPage(test.one.cpu(), test.one.table));
    assertEquals(Pte.readOnly(test.one.page) | Pte.UFFD_WP, test.one.pte());
  }

  /** v5.17 has stored the PTE before it counts the mapping and frees the entry. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theOrderOfRmapEntryAndPte(KernelState state) {
    Swapped test = Swapped.of(state, Device.DISK).cached();
    assertTrue(test.fault(false));
    List<String> steps =
        test.one.did("I8|RG21|I12").stream()
            .filter(line -> line.matches(".*(store ONCE (swap_map|mm)|_mapcount).*"))
            .map(line -> line.substring(0, line.indexOf(' ')))
            .toList();
    assertEquals(
        state == KernelState.S0 ? List.of("I12", "RG21", "I8") : List.of("I8", "RG21", "I12"),
        steps);
  }
}
