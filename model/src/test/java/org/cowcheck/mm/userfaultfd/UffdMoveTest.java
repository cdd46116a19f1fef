package org.cowcheck.mm.userfaultfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SwapPatches;
import org.junit.jupiter.api.Test;

/** What UFFDIO_MOVE moves, and what it leaves where it is. */
final class UffdMoveTest {

  private static boolean move(OneEntry one, Cpu cpu) {
    return new UffdMove(one.kernel, one.memory, one.free)
        .movePagesPte(cpu, one.mm, one.childTable, one.table);
  }

  private static OneEntry with(Patch patch) {
    return new OneEntry(patch, 1);
  }

  private static OneEntry swapped(Patch patch) {
    OneEntry one = new OneEntry(patch, 2);
    new SwapOut(one.kernel, one.free).shrinkPage(one.cpu(), one.mm, one.table, one.page, one.slot);
    return one;
  }

  private static void assertStays(OneEntry one, long pte) {
    assertEquals(pte, one.pte());
    assertEquals(0, one.childPte());
    assertEquals(Page.ANON_VMA, OneEntry.value(one.page.mapping()));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void anExclusivePageMoves() {
    OneEntry one = with(SwapPatches.UFFD_MOVE);
    assertTrue(move(one, one.cpu()));
    assertEquals(0, one.pte());
    assertEquals(Pte.writable(one.page), one.childPte());
    assertEquals(Page.OTHER_ANON_VMA, OneEntry.value(one.page.mapping()));
    assertEquals(1, one.references());
    assertTrue(one.isExclusive(one.page));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void v61_hasNoSuchCall() {
    OneEntry one = with(Patch.of(KernelState.S3));
    assertFalse(move(one, one.cpu()));
    assertStays(one, Pte.writable(one.page));
  }

  @Test
  void aSharedPageStays() {
    OneEntry one = with(SwapPatches.UFFD_MOVE).readOnly().shared();
    assertFalse(move(one, one.cpu()));
    assertStays(one, Pte.readOnly(one.page));
    assertEquals(1, one.references());
  }

  @Test
  void aPinnedPageStays() {
    OneEntry one = new OneEntry(SwapPatches.UFFD_MOVE, 1025);
    assertFalse(move(one, one.cpu()));
    assertStays(one, Pte.writable(one.page));
    assertEquals(List.of(), one.did("UM8"));
  }

  @Test
  void aPageThatIsPinnedMeanwhileGetsItsEntryBack() {
    OneEntry one = with(SwapPatches.UFFD_MOVE);
    assertFalse(
        move(
            one,
            one.cpuMeddledWithAt(
                "UM9", () -> OneEntry.set(one.page.refcount(), one.references() + 1024))));
    assertStays(one, Pte.writable(one.page));
    assertEquals(1025, one.references());
  }

  @Test
  void theFlushLiesBetweenTheClearedEntryAndTheSecondLookForPins() {
    OneEntry one = with(SwapPatches.UFFD_MOVE);
    assertTrue(move(one, one.cpu()));
    assertEquals(
        List.of(
            "UM8 update RELAXED mm.pte",
            "UM8 mb",
            "UM9 load ONCE page.compound_head",
            "UM9 load ONCE page.flags",
            "UM9 load ONCE page._refcount"),
        one.did("UM8|UM9"));
  }

  @Test
  void aTargetThatIsMappedStays() {
    OneEntry one = with(SwapPatches.UFFD_MOVE);
    OneEntry.set(one.childTable.pte(), Pte.readOnly(one.spare));
    assertFalse(move(one, one.cpu()));
    assertEquals(Pte.readOnly(one.spare), one.childPte());
    assertEquals(Pte.writable(one.page), one.pte());
  }

  @Test
  void v68_movesASwapEntryWithoutItsPage() {
    OneEntry one = swapped(SwapPatches.UFFD_MOVE);
    long entry = one.pte();
    assertTrue(move(one, one.cpu()));
    assertEquals(entry, one.childPte());
    assertEquals(Page.ANON_VMA, OneEntry.value(one.page.mapping()));
  }

  @Test
  void c50f8e6053b0_movesTheSwapCachesPageWithItsEntry() {
    OneEntry one = swapped(SwapPatches.UFFD_MOVE_CACHED);
    long references = one.references();
    assertTrue(move(one, one.cpu()));
    assertEquals(Page.OTHER_ANON_VMA, OneEntry.value(one.page.mapping()));
    assertEquals(references, one.references());
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @Test
  void aSwapEntryThatIsNotExclusiveStays() {
    OneEntry one = swapped(SwapPatches.UFFD_MOVE_CACHED);
    long shared = one.pte() & ~Pte.EXCLUSIVE;
    OneEntry.set(one.table.pte(), shared);
    assertFalse(move(one, one.cpu()));
    assertStays(one, shared);
  }

  @Test
  void only0ea148a79919_leavesAPageThatIsNoLongerTheSlots() {
    for (Patch patch : List.of(SwapPatches.UFFD_MOVE_CACHED, SwapPatches.UFFD_MOVE_RECHECKED)) {
      OneEntry one = swapped(patch);
      Cpu cpu = one.cpuMeddledWithAt("UM21", () -> OneEntry.set(one.page.privateData(), 0));
      assertEquals(patch.equals(SwapPatches.UFFD_MOVE_CACHED), move(one, cpu));
    }
  }

  @Test
  void only0ea148a79919_looksForAPageThatCameLate() {
    for (Patch patch : List.of(SwapPatches.UFFD_MOVE_CACHED, SwapPatches.UFFD_MOVE_RECHECKED)) {
      OneEntry one = swapped(patch);
      OneEntry.set(one.slot.swapCache(), 0);
      assertEquals(patch.equals(SwapPatches.UFFD_MOVE_CACHED), move(one, one.cpu()));
    }
  }
}
