package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages of hugetlb that are migrated, and follow_page() of those that some PTEs map. */
final class HugetlbMigrateTest {

  /** Isolated: one reference more than the mapping's. */
  private static OneHugetlbPage isolated(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.head().refcount(), 2);
    return one;
  }

  private static boolean migrate(OneHugetlbPage one) {
    return new HugetlbMigrate(one.machine.kernel, one.machine.memory, one.machine.free)
        .migrate(one.cpu(), one.parent, one.head(), one.pages());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageMovesWithItsContentsAndItsFlag(KernelState state) {
    OneHugetlbPage one = isolated(state);
    assertTrue(migrate(one));
    assertEquals(Pte.writable(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(7, value(one.spare.head().contents()));
    assertEquals(8, value(one.spare.pages().get(1).contents()));
    assertEquals(1, value(one.spare.head().refcount()));
    assertEquals(0, value(one.spare.compoundMapcount()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.spare));
    assertEquals(0, value(one.head().mapping()));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOnlyExclusivePageStaysExclusive(KernelState state) {
    OneHugetlbPage one = isolated(state).readOnly();
    assertTrue(migrate(one));
    assertEquals(Pte.readOnly(one.spare.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.spare));
  }

  /** S0 finds out by the count, once the page is unmapped. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedPageStaysWhereItIs(KernelState state) {
    OneHugetlbPage one = isolated(state);
    new GupFast(one.machine.kernel, one.machine.memory, one.machine.free)
        .pinFast(one.cpu(), one.parent.mm(), one.table, true);
    assertFalse(migrate(one));
    assertEquals(Pte.writable(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(2, value(one.head().refcount()));
    assertEquals(0, value(one.huge.compoundMapcount()));
    assertEquals(0, value(one.spare.head().refcount()));
    assertEquals(
        state == KernelState.S0 ? List.of("HV9", "HV17") : List.of("HV8"), one.steps("HV(8|9|17)"));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReferenceBringsTheEntryBackAsItWas(KernelState state) {
    OneHugetlbPage one = isolated(state);
    set(one.head().refcount(), 3);
    assertFalse(migrate(one));
    assertEquals(Pte.writable(one.head()) | Pte.HUGE, value(one.parent.entry()));
    assertEquals(state != KernelState.S0, one.isExclusive(one.huge));
    assertEquals(2, value(one.head().refcount()));
    assertFalse(has(one.head(), PageFlag.PG_LOCKED));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void aWritablePageThatIsNotExclusiveIsNotMigratedSilently(KernelState state) {
    OneHugetlbPage one = isolated(state);
    set(one.head().flags(), 1 << PageFlag.PG_HEAD);
    migrate(one);
    assertTrue(one.machine.bug());
  }

  private static HugetlbVma contPte(OneHugetlbPage one) {
    PageTable ptes = PageTable.of(one.machine.memory, "ptes", Pte.writable(one.head()) | Pte.HUGE);
    return HugetlbVma.ofContPte(one.machine.mm, ptes, one.faultMutex);
  }

  private static Page follow(OneHugetlbPage one, HugetlbVma vma) {
    return new FollowHugePage(one.machine.kernel, one.machine.memory).get(one.cpu(), vma);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void followPageTakesTheLockOfTheEntryInS3Only(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    assertSame(one.head(), follow(one, contPte(one)));
    assertEquals(2, value(one.head().refcount()));
    assertEquals(
        state == KernelState.S3
            ? List.of("HL20 lock ptes.pmd_lock")
            : List.of("HL21 lock ptes.ptl"),
        one.machine.did("HL2[01]"));
    assertFalse(one.machine.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void followPageFindsNothingWhereAMigrationEntryIs(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    HugetlbVma vma = contPte(one);
    set(vma.entry(), one.head().address() | Pte.MIGRATION | Pte.HUGE);
    assertNull(follow(one, vma));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void followPageOfAFreePageIsNotSilent(KernelState state) {
    OneHugetlbPage one = new OneHugetlbPage(state);
    set(one.head().refcount(), 0);
    assertNull(follow(one, contPte(one)));
    assertEquals(0, value(one.head().refcount()));
    assertTrue(one.machine.bug());
  }
}
