package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages of hugetlb: pinned by GUP-fast, forked, and given back to the pool. */
final class HugetlbTest {

  private static GupFast gup(OneHugetlbPage one) {
    return new GupFast(one.machine.kernel, one.machine.memory, one.machine.free);
  }

  private static Page pin(OneHugetlbPage one, int index, boolean write) {
    return gup(one).pinFast(one.cpu(), one.parent.mm(), one.table.at(index), write);
  }

  private static void fork(OneHugetlbPage one) {
    new HugetlbFork(one.machine.kernel, one.machine.memory, one.machine.free)
        .dupMmap(one.cpu(), one.parent, one.child, one.pages());
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anyPageOfAHugePageIsPinned(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    assertSame(one.head(), pin(one, 0, true));
    assertSame(one.tail(), pin(one, 1, false));
    assertEquals(3, value(one.head().refcount()));
    assertEquals(2, value(one.huge.compoundPincount()));
    new Unpin(one.machine.kernel, one.machine.free).unpinUserPage(one.cpu(), one.tail());
    assertEquals(1, value(one.huge.compoundPincount()));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOnlyEntryGivesNoWritablePin(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    assertNull(pin(one, 0, true));
    assertSame(one.head(), pin(one, 0, false));
  }

  /** The flag of the head decides, for the second page too. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSharedPageIsPinnedInS0Only(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    assertSame(state == KernelState.S0 ? one.tail() : null, pin(one, 1, false));
    assertEquals(state == KernelState.S0 ? 1 : 0, value(one.huge.compoundPincount()));
    assertEquals(state == KernelState.S0 ? 3 : 2, value(one.head().refcount()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anEntryThatChangesMeanwhileGivesNoPin(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    Page pinned =
        gup(one)
            .pinFast(
                one.machine.cpuMeddledWithAt("HG3", one::readOnly),
                one.parent.mm(),
                one.table,
                false);
    assertNull(pinned);
    assertEquals(1, value(one.head().refcount()));
    assertEquals(0, value(one.huge.compoundPincount()));
  }

  /** A page of the size of a PUD: the RFC series does not ask whether it is shared. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSharedPageBelowAPudIsPinnedInS0AndS1(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    boolean pins = state == KernelState.S0 || state == KernelState.S1;
    assertSame(
        pins ? one.head() : null,
        gup(one).pinFastBelowPud(one.cpu(), one.parent.mm(), one.table, false));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageIsPinnedThroughATableOfPmdEntries(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    PageTable pmds = PageTable.of(one.machine.memory, "pmds", value(one.parent.entry()));
    assertSame(one.head(), gup(one).pinFastBelowPud(one.cpu(), one.parent.mm(), pmds, true));
    set(pmds.pmd(), 0);
    assertNull(gup(one).pinFastBelowPud(one.cpu(), one.parent.mm(), pmds, true));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkSharesAnUnpinnedPage(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    fork(one);
    long shared = (Pte.writable(one.head()) | Pte.HUGE) & ~Pte.WRITE;
    assertEquals(shared, value(one.parent.entry()));
    assertEquals(shared, value(one.child.entry()));
    assertEquals(2, value(one.head().refcount()));
    assertEquals(1, value(one.huge.compoundMapcount()));
    assertFalse(one.isExclusive(one.huge));
    assertTrue(one.machine.noted(Fork.SHARED, one.tail().address()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkCopiesAPinnedPage(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    pin(one, 1, true);
    fork(one);
    assertEquals(Pte.writable(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(Pte.writable(one.spare.head()) | Pte.HUGE, value(one.child.entry()));
    assertEquals(7, value(one.spare.head().contents()));
    assertEquals(8, value(one.spare.pages().get(1).contents()));
    assertEquals(2, value(one.head().refcount()));
    assertEquals(1, value(one.spare.head().refcount()));
    assertEquals(0, value(one.spare.compoundMapcount()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.huge));
    assertEquals(state != KernelState.S0, one.isExclusive(one.spare));
  }

  /** While the locks are dropped to copy it, the parent unmaps it. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkCopiesNothingThatIsGoneMeanwhile(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    pin(one, 0, true);
    new HugetlbFork(one.machine.kernel, one.machine.memory, one.machine.free)
        .dupMmap(
            one.machine.cpuMeddledWithAt("HC18", () -> set(one.parent.entry(), 0)),
            one.parent,
            one.child,
            one.pages());
    assertEquals(0, value(one.child.entry()));
    assertEquals(0, value(one.spare.head().refcount()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkCountsWriteProtectSeqSinceS1(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    fork(one);
    assertEquals(
        state == KernelState.S0
            ? List.of("HC1", "HC9", "HC12", "HC11", "HC13", "HC25")
            : List.of("HC1", "HC2", "HC9", "HC10", "HC11", "HC12", "HC13", "HC23", "HC25"),
        one.steps("HC(1|2|9|10|11|12|13|23|25)"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theLastReferenceBringsThePageBackToThePool(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.huge.compoundMapcount(), -1);
    FreeList pool = FreeList.of();
    assertTrue(one.machine.free.onto(pool).putPage(one.cpu(), one.tail()));
    assertEquals(0, value(one.head().mapping()));
    assertFalse(one.isExclusive(one.huge));
    assertTrue(OneEntry.has(one.head(), PageFlag.PG_HEAD));
    assertEquals(one.head().address() | 1, value(one.tail().compoundHead()));
    assertSame(one.head(), HugetlbAlloc.allocHugePage(one.cpu(), pool));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onlyTheSeedHasABarrierOnTheWayToThePool(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.huge.compoundMapcount(), -1);
    one.machine.free.putPage(one.cpu(), one.head());
    assertEquals(
        switch (state) {
          case S0 -> List.of("HR1", "HR5");
          case S1 -> List.of("HR1", "HR2", "HR3", "HR4", "HR5");
          case S2, S3 -> List.of("HR1", "HR2", "HR3", "HR5");
        },
        one.steps("HR.*"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsMappedIsNotFreedSilently(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    one.machine.free.putPage(one.cpu(), one.head());
    assertTrue(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageInUseIsNotAllocatedSilently(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    HugetlbAlloc.allocHugePage(one.cpu(), FreeList.of(one.head()));
    assertTrue(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void aSecondMappingIsNotExclusive(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    HugetlbRmap.add(one.machine.kernel, one.cpu(), one.head(), false);
    assertFalse(one.machine.bug());
    assertEquals(2, value(one.huge.compoundMapcount()));
    HugetlbRmap.add(one.machine.kernel, one.cpu(), one.head(), true);
    assertTrue(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void anExclusivePageGetsNoSecondMapping(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    HugetlbRmap.add(one.machine.kernel, one.cpu(), one.head(), false);
    assertTrue(one.machine.bug());
  }

  private static HugePmdSharing.Shared sharedBy(OneHugetlbPage one, long tables) {
    return new HugePmdSharing.Shared(
        one.machine.memory.word("table._refcount", tables),
        one.machine.memory.spinlock("i_mmap_rwsem"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableOfPmdEntriesIsSharedAndUnshared(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    PageTable pmds = PageTable.of(one.machine.memory, "pmds", value(one.parent.entry()));
    HugePmdSharing.Shared shared = sharedBy(one, 1);
    HugePmdSharing sharing = new HugePmdSharing(one.machine.kernel);
    set(pmds.pmd(), 0);
    sharing.share(one.cpu(), pmds, shared);
    assertEquals(pmds.asPmd(), value(pmds.pmd()));
    assertEquals(2, value(shared.refcount()));

    assertTrue(sharing.unshare(one.cpu(), one.machine.mm, pmds, shared));
    assertEquals(0, value(pmds.pmd()));
    assertEquals(1, value(shared.refcount()));
    assertEquals(
        List.of("HS8", "HS9", "HS11", "HS13", "HS14", "HS15", "HS16"),
        one.steps("HS(8|9|11|12|13|14|15|16)"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableOfOneProcessIsNotUnshared(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    PageTable pmds = PageTable.of(one.machine.memory, "pmds", value(one.parent.entry()));
    HugePmdSharing.Shared shared = sharedBy(one, 1);
    HugePmdSharing sharing = new HugePmdSharing(one.machine.kernel);
    assertFalse(sharing.unshare(one.cpu(), one.machine.mm, pmds, shared));
    assertEquals(pmds.asPmd(), value(pmds.pmd()));
    sharing.share(one.cpu(), pmds, shared);
    assertEquals(1, value(shared.refcount()));
  }
}
