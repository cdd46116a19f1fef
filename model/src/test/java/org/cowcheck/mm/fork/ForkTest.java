package org.cowcheck.mm.fork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.SlowGupPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What parent and child have after a fork. */
final class ForkTest {

  private static void fork(OneEntry one) {
    new Fork(one.kernel, one.memory, one.free)
        .dupMmap(
            one.cpu(),
            one.mm,
            one.table,
            one.slot,
            new Fork.Child(one.childTable, FreeList.of(one.spare)));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anUnpinnedPageIsShared(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    fork(one);
    assertIsShared(one, 2);
  }

  /** Whatever the count says: without MMF_HAS_PINNED nobody can have pinned it. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anMmThatHasNeverPinnedSharesItsPages(KernelState state) {
    OneEntry one = new OneEntry(state, 1025, false);
    fork(one);
    assertIsShared(one, 1026);
  }

  private static void assertIsShared(OneEntry one, long references) {
    long shared = Pte.writable(one.page) & ~Pte.WRITE;
    assertEquals(shared, one.pte());
    assertEquals(shared, one.childPte());
    assertEquals(references, one.references());
    assertEquals(1, OneEntry.value(one.page.mapcount()));
    assertTrue(one.noted(Fork.SHARED, one.page.address()));
    if (one.hasExclusive()) {
      assertFalse(one.isExclusive(one.page));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedPageIsCopied(KernelState state) {
    OneEntry one = new OneEntry(state, 1025);
    fork(one);
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(Pte.writable(one.spare), one.childPte());
    assertEquals(7, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(one.spare.refcount()));
    assertEquals(0, OneEntry.value(one.spare.mapcount()));
    assertEquals(1025, one.references());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertFalse(one.noted(Fork.SHARED, one.page.address()));
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.page));
      assertTrue(one.isExclusive(one.spare));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSwapEntryIsSharedAndNoLongerExclusive(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.slot.swapMap(), 1);
    OneEntry.set(one.table.pte(), Pte.swap(one.slot) | Pte.EXCLUSIVE);
    fork(one);
    assertEquals(Pte.swap(one.slot), one.pte());
    assertEquals(Pte.swap(one.slot), one.childPte());
    assertEquals(2, OneEntry.value(one.slot.swapMap()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void noEntryIsNoEntryInTheChild(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    fork(one);
    assertEquals(0, one.childPte());
    assertEquals(1, one.references());
  }

  /** Nothing but smp_wmb, which orders no load. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void writeProtectSeqIsOddInBetween(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    fork(one);
    assertEquals(
        List.of(
            "C2 load ONCE mm.write_protect_seq",
            "C2 store ONCE mm.write_protect_seq=1",
            "C2 smp_wmb",
            "C3 lock child.ptl",
            "C4 lock mm.ptl",
            "C19 unlock mm.ptl",
            "C20 unlock child.ptl",
            "C21 smp_wmb",
            "C21 load ONCE mm.write_protect_seq",
            "C21 store ONCE mm.write_protect_seq=2"),
        one.did("C2|C3|C4|C19|C20|C21"));
  }

  @Test
  void before70e806e4e645_aPinnedPageIsShared() {
    OneEntry one = new OneEntry(SlowGupPatches.S0_WITHOUT_EARLY_COW, 1025);
    fork(one);
    assertIsShared(one, 1026);
  }

  /** Proposed in 2025: exclusive and pinned, it is reused by the next write fault. */
  @Test
  void aPinnedPageMayBeProtectedAndFlushedBeforeTheCopy() {
    OneEntry one = new OneEntry(SlowGupPatches.COHERENT_COPY, 1025);
    fork(one);
    assertEquals(Pte.writable(one.page) & ~Pte.WRITE, one.pte());
    assertTrue(one.isExclusive(one.page));
    assertEquals(
        List.of(
            "FG71 mb",
            "FG71 update FULL mm.tlb_gen",
            "FG71 synchronize_srcu mm.user_accesses 0",
            "C14 load ONCE page.contents"),
        one.did("FG71|C14").subList(0, 4));
  }
}
