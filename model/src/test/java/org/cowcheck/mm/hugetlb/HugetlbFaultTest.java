package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages of hugetlb: faulted in, written to, unshared, unmapped, and pinned slowly. */
final class HugetlbFaultTest {

  private static void fault(OneHugetlbPage one, Access access) {
    new HugetlbFault(one.machine.kernel, one.machine.memory, one.machine.free)
        .handle(one.cpu(), one.parent, access, one.pages());
  }

  private static void meddledWithAt(String step, OneHugetlbPage one, Runnable meddling) {
    new HugetlbFault(one.machine.kernel, one.machine.memory, one.machine.free)
        .handle(
            one.machine.cpuMeddledWithAt(step, meddling), one.parent, Access.WRITE, one.pages());
  }

  private static FollowHugetlbPage slow(OneHugetlbPage one) {
    return new FollowHugetlbPage(one.machine.kernel, one.machine.memory, one.machine.free);
  }

  private static OneHugetlbPage unmapped(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.parent.entry(), 0);
    return one;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadFaultMapsAnExclusivePageReadOnly(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    fault(one, Access.READ);
    assertEquals(Pte.readOnly(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.spare));
    assertEquals(1, value(one.spare.head().refcount()));
    assertEquals(0, value(one.spare.compoundMapcount()));
    assertFalse(has(one.spare.head(), PG_LOCKED));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteFaultGoesOnToMakeItWritable(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    fault(one, Access.WRITE);
    assertEquals(Pte.writable(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(List.of("HF8", "HX4", "HF9"), one.steps("HF8|HF9|HX4"));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatSomebodyElseFaultsInFirstIsKept(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    meddledWithAt("HF7", one, one::readOnly);
    assertEquals(Pte.readOnly(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(0, value(one.spare.head().refcount()));
    assertFalse(has(one.spare.head(), PG_LOCKED));
  }

  /** Whoever faulted it in last has not unlocked it yet. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aNewPageThatIsStillLockedIsWaitedFor(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    set(one.spare.head().flags(), one.spare.head().flags().initialValue() | bit(PG_LOCKED));
    fault(one, Access.WRITE);
    assertEquals(0, value(one.parent.entry()));
    assertEquals(0, value(one.spare.head().refcount()));
    assertFalse(one.machine.bug());
  }

  /** Not the references decide, but the mappings. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsMappedOnceIsReusedWhoeverHasReferences(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    set(one.child.entry(), 0);
    set(one.huge.compoundMapcount(), 0);
    set(one.head().refcount(), 5);
    fault(one, Access.WRITE);
    assertEquals(Pte.writable(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.huge));
    assertEquals(5, value(one.head().refcount()));
    assertFalse(has(one.head(), PG_LOCKED));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteToASharedPageCopiesIt(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    fault(one, Access.WRITE);
    assertEquals(Pte.writable(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(7, value(one.spare.head().contents()));
    assertEquals(8, value(one.spare.pages().get(1).contents()));
    assertEquals(1, value(one.head().refcount()));
    assertEquals(0, value(one.huge.compoundMapcount()));
    assertEquals(0, value(one.spare.compoundMapcount()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.spare));
    assertTrue(one.machine.noted(WriteFault.COPIED, one.head().address()));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aCopyOfWhatIsGoneMeanwhileIsDropped(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    meddledWithAt("HX9", one, () -> set(one.parent.entry(), 0));
    assertEquals(0, value(one.parent.entry()));
    assertEquals(0, value(one.spare.head().refcount()));
    assertEquals(2, value(one.head().refcount()));
    assertEquals(1, value(one.huge.compoundMapcount()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void anUnshareCopiesReadOnly(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    fault(one, Access.UNSHARE);
    assertEquals(Pte.readOnly(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertTrue(one.isExclusive(one.spare));
    assertTrue(one.machine.noted(WriteFault.UNSHARED, one.spare.head().address()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void anUnshareOfAnExclusivePageChangesNothing(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    fault(one, Access.UNSHARE);
    assertEquals(Pte.readOnly(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertTrue(one.isExclusive(one.huge));
    assertEquals(List.of(), one.steps("HN.*|HX4"));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void anExclusivePageIsNotCopiedSilently(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    set(one.huge.compoundMapcount(), 1);
    fault(one, Access.WRITE);
    assertTrue(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLockedPageIsLeftAlone(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    set(one.head().flags(), value(one.head().flags()) | 1 << PG_LOCKED);
    fault(one, Access.WRITE);
    assertEquals(Pte.readOnly(one.head()) | Pte.HUGE, value(one.parent.entry()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theLastUnmapBringsThePageBackToThePool(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    HugetlbZap zap = new HugetlbZap(one.machine.kernel, one.machine.memory, one.machine.free);
    assertTrue(zap.unmapHugepageRange(one.cpu(), one.parent));
    assertEquals(0, value(one.parent.entry()));
    assertEquals(-1, value(one.huge.compoundMapcount()));
    assertEquals(0, value(one.head().mapping()));
    assertTrue(has(one.head(), PageFlag.PG_DIRTY));
    assertFalse(zap.unmapHugepageRange(one.cpu(), one.parent));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aZappedPageOfSomebodyElseStaysAsItIs(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    HugetlbZap zap = new HugetlbZap(one.machine.kernel, one.machine.memory, one.machine.free);
    assertFalse(zap.unmapHugepageRange(one.cpu(), one.parent));
    assertEquals(0, value(one.huge.compoundMapcount()));
    assertEquals(1, value(one.head().refcount()));
    assertEquals(Page.ANON_VMA, value(one.head().mapping()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOnlyPinUnsharesFirst(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    Page pinned = slow(one).pin(one.cpu(), one.parent, 1, false, one.pages());
    PageBlock expected = state == KernelState.S0 ? one.huge : one.spare;
    assertSame(expected.pages().get(1), pinned);
    assertEquals(1, value(expected.compoundPincount()));
    assertEquals(Pte.readOnly(expected.head()) | Pte.HUGE, value(one.parent.entry()));
    assertTrue(one.machine.noted(GupFast.PINNED, pinned.address()));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWritablePinCopiesFirst(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    assertSame(one.spare.head(), slow(one).pin(one.cpu(), one.parent, 0, true, one.pages()));
    assertEquals(Pte.writable(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReferenceUnsharesNothing(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).shared();
    assertSame(one.tail(), slow(one).get(one.cpu(), one.parent, 1, one.pages()));
    assertEquals(3, value(one.head().refcount()));
    assertEquals(0, value(one.huge.compoundPincount()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinOfNothingFaultsFirst(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    assertSame(one.spare.head(), slow(one).pin(one.cpu(), one.parent, 0, false, one.pages()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinGivesUpOnAPageThatStaysLocked(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    set(one.head().flags(), value(one.head().flags()) | 1 << PG_LOCKED);
    assertNull(slow(one).pin(one.cpu(), one.parent, 0, true, one.pages()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void aWritablePageThatIsNotExclusiveIsNotPinnedSilently(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.head().flags(), 1 << PageFlag.PG_HEAD);
    slow(one).pin(one.cpu(), one.parent, 0, true, one.pages());
    assertTrue(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void mprotectMakesAnEntryReadOnly(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    HugetlbProtect protect = new HugetlbProtect(one.machine.kernel);
    protect.changeProtection(one.cpu(), one.parent);
    assertEquals((Pte.writable(one.head()) | Pte.HUGE) & ~Pte.WRITE, value(one.parent.entry()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.huge));
    long migration = one.head().address() | Pte.MIGRATION | Pte.HUGE;
    set(one.parent.entry(), migration | Pte.WRITE);
    protect.changeProtection(one.cpu(), one.parent);
    assertEquals(
        state == KernelState.S0 ? migration : migration | Pte.EXCLUSIVE, value(one.parent.entry()));
  }

  @ParameterizedTest
  @EnumSource(
      value = KernelState.class,
      names = {"S2", "S3"})
  void whatUserfaultfdProtectsIsMappedWithItsBit(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    set(one.parent.entry(), HugetlbFault.UFFD_WP_MARKER);
    fault(one, Access.READ);
    assertEquals(
        Pte.readOnly(one.spare.head()) | Pte.HUGE | Pte.UFFD_WP, value(one.parent.entry()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void userCodeFaultsUntilItMayWrite(KernelState state) {
    OneHugetlbPage one = unmapped(state);
    HugetlbAccess user =
        new HugetlbAccess(one.machine.kernel, one.machine.memory, one.machine.free);
    FreeList pages = one.pages();
    assertEquals(0, user.read(one.cpu(), one.parent, 1, pages));
    assertTrue(user.write(one.cpu(), one.parent, 1, 9, pages));
    assertEquals(9, value(one.spare.pages().get(1).contents()));
    assertEquals(9, user.read(one.cpu(), one.parent, 1, pages));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void userCodeGivesUpOnAPageThatStaysLocked(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state).readOnly();
    set(one.head().flags(), value(one.head().flags()) | 1 << PG_LOCKED);
    assertFalse(
        new HugetlbAccess(one.machine.kernel, one.machine.memory, one.machine.free)
            .write(one.cpu(), one.parent, 0, 9, one.pages()));
    assertEquals(7, value(one.head().contents()));
  }
}
