package org.cowcheck.mm.gup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** When GUP-fast takes a pin, when it backs off, and what it orders. */
final class GupFastTest {

  private static Page pin(OneEntry one, Cpu cpu, boolean write) {
    return new GupFast(one.kernel, one.memory, one.free).pinFast(cpu, one.mm, one.table, write);
  }

  private static void assertPins(OneEntry one, boolean write) {
    long before = one.references();
    assertSame(one.page, pin(one, one.cpu(), write));
    assertEquals(before + 1024, one.references());
    assertTrue(one.noted(GupFast.PINNED, one.page.address()));
    assertTrue(OneEntry.has(one.page, PageFlag.PG_REFERENCED));
    assertFalse(one.bug());
  }

  private static void assertBacksOff(OneEntry one, boolean write) {
    assertBacksOff(one, one.cpu(), write);
  }

  private static void assertBacksOff(OneEntry one, Cpu cpu, boolean write) {
    long before = one.references();
    assertNull(pin(one, cpu, write));
    assertEquals(before, one.references());
    assertFalse(one.noted(GupFast.PINNED, one.page.address()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void pinsThroughAWritableEntry(KernelState state) {
    assertPins(new OneEntry(state, 1), true);
    assertPins(new OneEntry(state, 1), false);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void pinsAnExclusivePageThroughAReadOnlyEntry(KernelState state) {
    assertPins(new OneEntry(state, 1).readOnly(), false);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theFirstPinMarksTheMm(KernelState state) {
    OneEntry one = new OneEntry(state, 1, false);
    assertPins(one, true);
    assertEquals(PageFlag.bit(Mm.MMF_HAS_PINNED), OneEntry.value(one.mm.flags()));
  }

  @Test
  void s0_pinsASharedPageForReading() {
    OneEntry one = new OneEntry(KernelState.S0, 2).readOnly().shared();
    assertPins(one, false);
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void backsOffFromASharedPage(KernelState state) {
    assertBacksOff(new OneEntry(state, 2).readOnly().shared(), false);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffFromAReadOnlyEntryIfItIsToWrite(KernelState state) {
    assertBacksOff(new OneEntry(state, 1).readOnly(), true);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffFromEntriesThatAreNotPresent(KernelState state) {
    OneEntry none = new OneEntry(state, 1);
    OneEntry.set(none.table.pte(), 0);
    assertBacksOff(none, false);
    OneEntry swapped = new OneEntry(state, 1);
    OneEntry.set(swapped.table.pte(), Pte.swap(swapped.slot));
    assertBacksOff(swapped, false);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffFromAPageThatIsBeingFreed(KernelState state) {
    assertBacksOff(new OneEntry(state, 0), true);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffWhileForkIsHere(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.mm.writeProtectSeq().sequence(), 1);
    assertBacksOff(one, true);
    assertEquals(List.of(), one.did("G5"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffIfForkWasHere(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Runnable fork = () -> OneEntry.set(one.mm.writeProtectSeq().sequence(), 2);
    assertBacksOff(one, one.cpuMeddledWithAt("G21", fork), true);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void backsOffIfTheEntryHasChanged(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertBacksOff(one, one.cpuMeddledWithAt("G14", one::readOnly), false);
  }

  /** 70cbc3cc78a9 came with v6.1. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onlyS3_looksAtThePmdAgain(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Cpu cpu = one.cpuMeddledWithAt("G8", () -> OneEntry.set(one.table.pmd(), 0));
    if (state == KernelState.S3) {
      assertBacksOff(one, cpu, true);
    } else {
      assertSame(one.page, pin(one, cpu, true));
    }
  }

  @Test
  void s3_ordersThePinTheEntryAndTheFlag() {
    OneEntry one = new OneEntry(KernelState.S3, 1).readOnly();
    assertPins(one, false);
    assertEquals(
        List.of(
            "G8 update FULL page._refcount",
            "G11 update NORETURN page._refcount",
            "G12 smp_mb__after_atomic",
            "G13 load ONCE mm.pmd",
            "G14 load ONCE mm.pte",
            "G17 smp_rmb",
            "G18 load ONCE page.flags"),
        one.did("G8|G1[1234578]"));
  }

  @Test
  void s2_ordersNothingBetween() {
    OneEntry one = new OneEntry(KernelState.S2, 1).readOnly();
    assertPins(one, false);
    assertEquals(
        List.of(
            "G8 update FULL page._refcount",
            "G11 update NORETURN page._refcount",
            "G14 load ONCE mm.pte",
            "G18 load ONCE page.flags"),
        one.did("G8|G1[1234578]"));
  }

  private static Page get(OneEntry one, GupFlags flags) {
    return new GupFast(one.kernel, one.memory, one.free)
        .getUserPagesFast(one.cpu(), one.mm, one.table, flags);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void longTermPinsOfMovablePagesAreForTheSlowPath(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.ZONE_MOVABLE));
    assertNull(get(one, GupFlags.PIN_WRITE.forLong()));
    assertEquals(1, one.references());
    assertSame(one.page, get(one, GupFlags.PIN_WRITE));
  }

  /** fork is not asked, and neither is PG_anon_exclusive. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void follGetIsOneReferenceOfWhateverIsThere(KernelState state) {
    OneEntry one = new OneEntry(state, 2, false).readOnly().shared();
    OneEntry.set(one.mm.writeProtectSeq().sequence(), 1);
    assertSame(one.page, get(one, GupFlags.GET));
    assertEquals(3, one.references());
    assertEquals(0, OneEntry.value(one.mm.flags()));
    assertTrue(one.noted(GupFast.GOT, one.page.address()));
    assertEquals(List.of(), one.did("G2|G11|G1[678]|G21"));
  }
}
