package org.cowcheck.mm.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When KSM write-protects a page, and when it leaves it as it was. */
final class KsmTest {

  private static boolean writeProtect(OneEntry one) {
    boolean done = new Ksm(one.kernel).writeProtectPage(one.cpu(), one.mm, one.table, one.page);
    assertEquals(done, one.noted(Ksm.MERGEABLE, one.page.address()));
    assertFalse(one.bug());
    return done;
  }

  /** The other reference is KSM's own. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageWithoutOtherReferencesMayBeMerged(KernelState state) {
    OneEntry one = new OneEntry(state, 2);
    assertTrue(writeProtect(one));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    if (one.hasExclusive()) {
      assertFalse(one.isExclusive(one.page));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anyOtherReferenceKeepsTheEntry(KernelState state) {
    OneEntry one = new OneEntry(state, 3);
    assertFalse(writeProtect(one));
    assertIsAsItWas(one, 3);
    assertEquals(List.of("M9 store ONCE mm.pte=" + one.pte()), one.did("M9|M10|M11"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLockedPageIsLeftAlone(KernelState state) {
    OneEntry one = new OneEntry(state, 2);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_LOCKED));
    assertFalse(writeProtect(one));
    assertIsAsItWas(one, 2);
    assertTrue(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  private static void assertIsAsItWas(OneEntry one, long references) {
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(references, one.references());
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.page));
    }
  }

  /** Read-only, clean and not exclusive: KSM does not even look at the count. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatMayBeSharedAlreadyIsNotCounted(KernelState state) {
    OneEntry one = new OneEntry(state, 1026).readOnly().shared();
    assertTrue(writeProtect(one));
    assertEquals(List.of(), one.did("M6|M7|M8"));
  }

  @Test
  void s3_ordersTheClearedEntryThePinCheckTheFlagAndTheEntry() {
    OneEntry one = new OneEntry(KernelState.S3, 2).readOnly();
    assertTrue(writeProtect(one));
    assertEquals(
        List.of(
            "M6 update RELAXED mm.pte",
            "M7 mb",
            "M8 load ONCE page._mapcount",
            "M8 load ONCE page._refcount",
            "E1 smp_mb",
            "E2 load ONCE page.compound_head",
            "E2 load ONCE page.flags",
            "E2 load ONCE page._refcount",
            "E2 ctrl page._refcount",
            "E3 update NORETURN page.flags",
            "E4 smp_mb__after_atomic",
            "M11 store ONCE mm.pte=" + Pte.readOnly(one.page)),
        one.did("M6|M7|M8|E[1234]|M10|M11"));
  }

  @Test
  void s2_hasNoBarrierAfterTheFlush() {
    OneEntry one = new OneEntry(KernelState.S2, 2).readOnly();
    assertTrue(writeProtect(one));
    assertEquals(List.of(), one.did("E1|E4"));
  }
}
