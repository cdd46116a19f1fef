package org.cowcheck.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Which pages a write fault reuses and which it copies; unsharing never makes writable. */
final class WriteFaultTest {

  private static void fault(OneEntry one, boolean unshare) {
    new WriteFault(one.kernel, one.memory, one.free)
        .doWpPage(one.cpu(), one.mm, one.table, unshare, FreeList.of(one.spare));
    assertFalse(one.bug());
  }

  private static void assertIsReused(OneEntry one, long references) {
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(references, one.references());
    assertEquals(0, OneEntry.value(one.spare.refcount()));
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.page));
    }
  }

  /** The entry's reference and mapping of the old page are gone. */
  private static void assertIsCopied(OneEntry one, long pte, long references) {
    assertEquals(pte, one.pte());
    assertEquals(7, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(one.spare.refcount()));
    assertEquals(0, OneEntry.value(one.spare.mapcount()));
    assertEquals(references, one.references());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.spare));
    }
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void anExclusivePageIsReusedThoughItIsPinned(KernelState state) {
    OneEntry one = new OneEntry(state, 1025).readOnly();
    fault(one, false);
    assertIsReused(one, 1025);
  }

  @Test
  void s0_copiesAPinnedPage() {
    OneEntry one = new OneEntry(KernelState.S0, 1025).readOnly();
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 1024);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSharedPageIsCopied(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 1);
    if (one.hasExclusive()) {
      assertFalse(one.isExclusive(one.page));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatNobodyElseRefersToBecomesExclusive(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly().shared();
    fault(one, false);
    assertIsReused(one, 1);
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  /** Until the series nobody moved the page to the anon_vma of the mapping. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void mappingIsStoredWithTheFlag(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly().shared();
    fault(one, false);
    assertEquals(one.hasExclusive(), !one.did("W7").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void unsharingASharedPageCopiesItAndLeavesItReadOnly(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    fault(one, true);
    assertIsCopied(one, Pte.readOnly(one.spare), 1);
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void unsharingAnExclusivePageLeavesTheEntryAsItIs(KernelState state) {
    OneEntry one = new OneEntry(state, 1025).readOnly();
    fault(one, true);
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertEquals(1025, one.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWritableEntryIsNoFault(KernelState state) {
    OneEntry one = new OneEntry(state, 2);
    fault(one, false);
    assertIsReused(one, 2);
  }
}
