package org.cowcheck.mm.mmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What write-protecting, zapping and unpinning leave of entry, count and flag. */
final class UnmapTest {

  private static void assertIsExclusive(OneEntry one) {
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.page));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void protectingTakesWritePermissionAndNothingElse(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
    assertEquals(Pte.writable(one.page) & ~Pte.WRITE, one.pte());
    assertEquals(1025, one.references());
    assertIsExclusive(one);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void protectingASwapEntryLeavesItAsItIs(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), Pte.swap(one.slot));
    new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
    assertEquals(Pte.swap(one.slot), one.pte());
  }

  private static boolean zap(OneEntry one) {
    return new Zap(one.kernel, one.memory, one.free).zapPteRange(one.cpu(), one.mm, one.table);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zappingTheLastReferenceFreesThePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertTrue(zap(one));
    assertEquals(0, one.pte());
    assertEquals(0, one.references());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(0, OneEntry.value(one.page.flags()));
    assertEquals(0, OneEntry.value(one.page.mapping()));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zappingAPinnedPageLeavesItsFlag(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    assertFalse(zap(one));
    assertEquals(0, one.pte());
    assertEquals(1024, one.references());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertIsExclusive(one);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zappingNothingDoesNothing(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    assertFalse(zap(one));
    assertEquals(1, one.references());
  }

  private static void unpin(OneEntry one) {
    new Unpin(one.kernel, one.free).unpinUserPage(one.cpu(), one.page);
    assertTrue(one.noted(Unpin.UNPINNED, one.page.address()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void unpinningAnExclusivePageDropsItsReferences(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    unpin(one);
    assertEquals(1, one.references());
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void unpinningTheLastReferenceFreesThePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    zap(one);
    unpin(one);
    assertEquals(0, one.references());
    assertEquals(0, OneEntry.value(one.page.mapping()));
    assertFalse(one.bug());
  }

  /** S0 has nothing to check; the check is for anonymous pages only. */
  @ParameterizedTest
  @CsvSource({
    "S0, true, false",
    "S1, true, true",
    "S2, true, true",
    "S3, true, true",
    "S3, false, false"
  })
  void unpinningAPageThatIsNotExclusiveIsABug(KernelState state, boolean anon, boolean bug) {
    OneEntry one = new OneEntry(state, 1025).shared();
    if (!anon) {
      OneEntry.set(one.page.mapping(), 0);
    }
    unpin(one);
    assertEquals(bug, one.bug());
  }
}
