package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.alloc.DevicePage;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.pfn.HwPoison;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Pages that go to a device and come back, and entries that a device has for itself. */
final class DeviceTest {

  private static ImmutableList<RmapVma> vmas(OneEntry one) {
    return ImmutableList.of(
        new RmapVma(one.mm, one.table),
        new RmapVma(new Mm(one.memory, "child", false), one.childTable));
  }

  private static Page freeDevicePage(OneEntry one) {
    KernelState state = one.kernel.state();
    return Page.devicePrivate(
        one.memory, "device", new PageState(0, 0, DevicePage.referencesWhenFree(state), -1));
  }

  /** A device page that has taken over the entry of the page. */
  private static Page mapped(OneEntry one, boolean writable, long references) {
    KernelState state = one.kernel.state();
    long exclusive = one.hasExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    Page page =
        Page.devicePrivate(
            one.memory,
            "device",
            new PageState(
                exclusive, Page.ANON_VMA, references + DevicePage.extraReferences(state), 0, 9));
    OneEntry.set(one.table.pte(), Pte.devicePrivate(page, writable));
    return page;
  }

  private static boolean toDevice(OneEntry one, Page device) {
    return new MigrateVma(one.kernel, one.memory, one.free).toDevice(one.cpu(), vmas(one), device);
  }

  private static void fork(OneEntry one) {
    new Fork(one.kernel, one.memory, one.free)
        .dupMmap(
            one.cpu(),
            one.mm,
            one.table,
            one.slot,
            new Fork.Child(one.childTable, FreeList.of(one.spare)));
  }

  private static boolean zap(OneEntry one) {
    return new Zap(one.kernel, one.memory, one.free).zapPteRange(one.cpu(), one.mm, one.table);
  }

  private static void assertIsExclusive(boolean expected, OneEntry one, Page page) {
    if (one.hasExclusive()) {
      assertEquals(expected, one.isExclusive(page));
    }
  }

  private static long extra(OneEntry one) {
    return DevicePage.extraReferences(one.kernel.state());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageMovesToADevice(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = freeDevicePage(one);
    assertTrue(toDevice(one, device));
    assertEquals(Pte.devicePrivate(device, true), one.pte());
    assertEquals(7, OneEntry.value(device.contents()));
    assertEquals(1 + extra(one), OneEntry.value(device.refcount()));
    assertEquals(0, OneEntry.value(device.mapcount()));
    assertIsExclusive(true, one, device);
    assertFalse(OneEntry.has(device, PG_LOCKED));
    assertEquals(0, one.references());
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSharedPageMovesToADeviceForBoth(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    OneEntry.set(one.childTable.pte(), Pte.readOnly(one.page));
    OneEntry.set(one.page.mapcount(), 1);
    Page device = freeDevicePage(one);
    assertTrue(toDevice(one, device));
    assertEquals(Pte.devicePrivate(device, false), one.pte());
    assertEquals(Pte.devicePrivate(device, false), one.childPte());
    assertEquals(2 + extra(one), OneEntry.value(device.refcount()));
    assertIsExclusive(false, one, device);
    assertFalse(one.bug());
  }

  /** The page is on the LRU again, as are its references. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedPageDoesNotMoveToADevice(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    Page device = freeDevicePage(one);
    assertFalse(toDevice(one, device));
    assertEquals(one.page.address(), Pte.address(one.pte()));
    assertTrue(Pte.present(one.pte()) && Pte.writable(one.pte()));
    assertEquals(1025, one.references());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertTrue(OneEntry.has(one.page, PageFlag.PG_LRU));
    assertFalse(OneEntry.has(one.page, PG_LOCKED));
    assertIsExclusive(true, one, one.page);
    assertEquals(0, OneEntry.value(device.mapping()));
    assertEquals(state == KernelState.S0 ? 1 : 0, one.did("MV12").size());
    assertFalse(one.bug());
  }

  /** Only the entry of an exclusive page is flushed at once; any other later. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theEntryOfAnExclusivePageIsFlushedBeforeTheLookForPins(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    toDevice(one, freeDevicePage(one));
    OneEntry shared = new OneEntry(state, 1).readOnly().shared();
    toDevice(shared, freeDevicePage(shared));
    assertEquals(
        switch (state) {
          case S0 -> List.of("MV7", "MV12", "MV17", "MV18");
          case S1, S2 -> List.of("MV7", "MV8", "E2", "E3", "MV12", "MV17", "MV18");
          case S3 -> List.of("MV7", "MV8", "E1", "E2", "E3", "E4", "MV12", "MV16", "MV17");
        },
        steps(one));
    assertEquals(
        state == KernelState.S3
            ? List.of("MV7", "MV12", "MV16", "MV17")
            : List.of("MV7", "MV12", "MV17", "MV18"),
        steps(shared));
  }

  private static List<String> steps(OneEntry one) {
    return one.did("MV7|MV8|E1|E2|E3|E4|MV12|MV16|MV17|MV18").stream()
        .map(line -> line.replaceAll(" .*", ""))
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultBringsThePageBack(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    assertTrue(
        new MigrateVma(one.kernel, one.memory, one.free)
            .toRam(one.cpu(), vmas(one), FreeList.of(one.spare)));
    assertEquals(Pte.readOnly(one.spare) | Pte.WRITE, one.pte());
    assertEquals(9, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(one.spare.refcount()));
    assertIsExclusive(true, one, one.spare);
    assertIsFree(one, device);
    assertFalse(one.bug());
  }

  private static void assertIsFree(OneEntry one, Page device) {
    assertEquals(
        DevicePage.referencesWhenFree(one.kernel.state()), OneEntry.value(device.refcount()));
    assertEquals(0, OneEntry.value(device.mapping()));
    assertEquals(-1, OneEntry.value(device.mapcount()));
    assertIsExclusive(false, one, device);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultHandlerTakesADevicePageBack(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    mapped(one, true, 1);
    new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
        .handle(one.cpu(), one.mm, one.table, MmFault.Access.READ);
    assertEquals(one.spare.address(), Pte.address(one.pte()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatSomebodyElseReferencesStaysWithTheDevice(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 2);
    assertEquals(
        MmFault.Result.STUCK,
        new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
            .handle(one.cpu(), one.mm, one.table, MmFault.Access.READ));
    assertEquals(Pte.devicePrivate(device, true), one.pte());
    assertEquals(2 + extra(one), OneEntry.value(device.refcount()));
    assertFalse(OneEntry.has(device, PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultWaitsForWhoeverHasLockedThePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    OneEntry.set(device.flags(), OneEntry.value(device.flags()) | bit(PG_LOCKED));
    assertEquals(
        MmFault.Result.WAITS,
        new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
            .handle(one.cpu(), one.mm, one.table, MmFault.Access.READ));
    assertEquals(Pte.devicePrivate(device, true), one.pte());
    assertEquals(1 + extra(one), OneEntry.value(device.refcount()));
  }

  /** do_swap_page() goes by what handle_pte_fault() loaded. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultLoadsTheEntryOfADeviceOnce(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    mapped(one, true, 1);
    new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
        .handle(one.cpu(), one.mm, one.table, MmFault.Access.READ);
    assertEquals(1, one.did("YF2|MV31").size());
  }

  /** 16ce101db85d: the fault holds the page. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultHoldsThePageInS3(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    mapped(one, true, 1);
    new MigrateVma(one.kernel, one.memory, one.free)
        .toRam(one.cpu(), vmas(one), FreeList.of(one.spare));
    assertEquals(state == KernelState.S3, !one.did("MV32").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aDriverTakesAPageBackByItself(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    assertTrue(
        new MigrateVma(one.kernel, one.memory, one.free)
            .deviceRange(one.cpu(), device, vmas(one), FreeList.of(one.spare)));
    assertEquals(Pte.readOnly(one.spare) | Pte.WRITE, one.pte());
    assertIsExclusive(true, one, one.spare);
    assertIsFree(one, device);
    // Nothing to flush: no CPU can have had a device-private entry in its TLB.
    assertEquals(List.of(), one.did("MG5"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkSharesADevicePrivatePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    fork(one);
    assertEquals(Pte.devicePrivate(device, false), one.pte());
    assertEquals(Pte.devicePrivate(device, false), one.childPte());
    assertEquals(2 + extra(one), OneEntry.value(device.refcount()));
    assertEquals(1, OneEntry.value(device.mapcount()));
    assertIsExclusive(false, one, device);
    assertFalse(one.bug());
  }

  /** Whatever the count says: nobody can have pinned it. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void sharingADevicePrivatePageNeverFails(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 2000);
    assertTrue(ShareAnonRmap.pageTryShareAnonRmap(one.kernel, one.cpu(), device));
    assertFalse(one.isExclusive(device));
    assertEquals(List.of(), one.did("E1|E2|E4"));
    Page other = mapped(one, true, 2000);
    fork(one);
    assertEquals(Pte.devicePrivate(other, false), one.childPte());
    assertFalse(one.isExclusive(other));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void mprotectTakesTheWriteBitOfADevicePrivateEntry(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
    assertEquals(Pte.devicePrivate(device, false), one.pte());
    assertIsExclusive(true, one, device);
  }

  /** The seed clears the flag, then wmb, then mapping; S2 and S3 without the barrier. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theLastReferenceGivesThePageBackToItsDriver(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    assertTrue(zap(one));
    assertEquals(0, one.pte());
    assertIsFree(one, device);
    List<String> stores =
        one.did("MV55|MV56|MV57").stream()
            .filter(line -> !line.contains(" load "))
            .map(line -> line.replaceAll("=.*", ""))
            .toList();
    String flags = "MV55 store ONCE device.flags";
    String mapping = "MV57 store ONCE device.mapping";
    assertEquals(
        switch (state) {
          case S0 -> List.of(mapping);
          case S1 -> List.of(flags, "MV56 wmb", mapping);
          case S2, S3 -> List.of(flags, mapping);
        },
        stores);
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anotherReferenceKeepsADevicePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 2);
    assertFalse(zap(one));
    assertEquals(Page.ANON_VMA, OneEntry.value(device.mapping()));
    assertIsExclusive(true, one, device);
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aCompoundAnonymousDevicePageIsABug(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page device = mapped(one, true, 1);
    OneEntry.set(device.flags(), OneEntry.value(device.flags()) | bit(PG_HEAD));
    zap(one);
    assertTrue(one.bug());
  }

  private static Page makeDeviceExclusive(OneEntry one) {
    return new DeviceExclusive(one.kernel, one.memory, one.free)
        .makeDeviceExclusive(one.cpu(), vmas(one));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aDeviceExclusivePageStaysExclusiveAndReferenced(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertSame(one.page, makeDeviceExclusive(one));
    assertEquals(Pte.deviceExclusive(one.page, Pte.WRITE), one.pte());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(2, one.references());
    assertTrue(OneEntry.has(one.page, PG_LOCKED));
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertIsExclusive(true, one, one.page);
    new DeviceExclusive(one.kernel, one.memory, one.free).done(one.cpu(), one.page);
    assertEquals(1, one.references());
    assertFalse(OneEntry.has(one.page, PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOnlyEntryIsNotMadeDeviceExclusive(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly();
    assertNull(makeDeviceExclusive(one));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertEquals(1, one.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLockedPageIsNotMadeDeviceExclusive(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.page.flags(), bit(PG_LOCKED));
    assertNull(makeDeviceExclusive(one));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(1, one.references());
  }

  private static OneEntry deviceExclusive(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.page.mapcount(), -1);
    OneEntry.set(one.table.pte(), Pte.deviceExclusive(one.page, Pte.WRITE));
    return one;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultRestoresADeviceExclusiveEntry(KernelState state) {
    OneEntry one = deviceExclusive(state);
    assertTrue(
        new DeviceExclusive(one.kernel, one.memory, one.free).removeEntry(one.cpu(), one.table));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertEquals(1, one.references());
    assertIsExclusive(true, one, one.page);
    assertFalse(OneEntry.has(one.page, PG_LOCKED));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void restoringAWritableEntryOfAPageThatIsNotExclusiveIsABug(KernelState state) {
    OneEntry one = deviceExclusive(state).shared();
    new DeviceExclusive(one.kernel, one.memory, one.free).removeEntry(one.cpu(), one.table);
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkRestoresADeviceExclusiveEntryAndSharesThePage(KernelState state) {
    OneEntry one = deviceExclusive(state);
    fork(one);
    assertEquals(Pte.writable(one.page) & ~Pte.WRITE, one.pte());
    assertEquals(one.pte(), one.childPte());
    assertEquals(2, one.references());
    assertEquals(1, OneEntry.value(one.page.mapcount()));
    assertIsExclusive(false, one, one.page);
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkCopiesAPinnedDeviceExclusivePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    OneEntry.set(one.page.mapcount(), -1);
    OneEntry.set(one.table.pte(), Pte.deviceExclusive(one.page, Pte.WRITE));
    fork(one);
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(Pte.writable(one.spare), one.childPte());
    assertIsExclusive(true, one, one.page);
  }

  /** -EBUSY: fork fails, and the child goes away with nothing in its table. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkFailsIfTheDeviceExclusivePageIsLocked(KernelState state) {
    OneEntry one = deviceExclusive(state);
    OneEntry.set(one.page.flags(), OneEntry.value(one.page.flags()) | bit(PG_LOCKED));
    fork(one);
    assertEquals(Pte.deviceExclusive(one.page, Pte.WRITE), one.pte());
    assertEquals(0, one.childPte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zapOfADeviceExclusiveEntryDropsItsReference(KernelState state) {
    OneEntry one = deviceExclusive(state);
    assertTrue(zap(one));
    assertEquals(0, one.pte());
    assertEquals(0, one.references());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertFalse(one.bug());
  }

  /** Its entry holds a reference that is not one of a mapping. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aDeviceExclusivePageIsNotMigrated(KernelState state) {
    OneEntry one = deviceExclusive(state);
    OneEntry.set(one.page.refcount(), 2);
    assertFalse(
        new Migrate(one.kernel, one.free)
            .unmapAndMove(one.cpu(), one.page, vmas(one), one.slot, FreeList.of(one.spare)));
    assertEquals(Pte.deviceExclusive(one.page, Pte.WRITE), one.pte());
    assertIsExclusive(true, one, one.page);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPoisonedPageIsUnmappedAndKeepsItsFlag(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    assertTrue(
        new HwPoison(one.kernel, one.free).memoryFailure(one.cpu(), one.mm, one.table, one.page));
    assertEquals(Pte.hwpoison(one.page), one.pte());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(1025, one.references());
    assertIsExclusive(true, one, one.page);
    assertTrue(OneEntry.has(one.page, PageFlag.PG_HWPOISON));
    assertFalse(OneEntry.has(one.page, PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkCopiesAPoisonEntry(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), Pte.hwpoison(one.page));
    fork(one);
    assertEquals(Pte.hwpoison(one.page), one.pte());
    assertEquals(Pte.hwpoison(one.page), one.childPte());
    assertEquals(1, one.references());
    assertIsExclusive(true, one, one.page);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zapOfAPoisonEntryDropsNoReference(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), Pte.hwpoison(one.page));
    assertFalse(zap(one));
    assertEquals(0, one.pte());
    assertEquals(1, one.references());
  }
}
