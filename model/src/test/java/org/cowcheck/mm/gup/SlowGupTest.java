package org.cowcheck.mm.gup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.SlowGupPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What slow GUP takes at once, what it faults in first, and what it refuses. */
final class SlowGupTest {

  private static Page get(OneEntry one, Cpu cpu, Vma vma, GupFlags flags) {
    return new SlowGup(one.kernel, one.memory, one.free, FreeList.of(one.spare))
        .getUserPages(cpu, one.mm, vma, one.table, flags);
  }

  private static Page get(OneEntry one, GupFlags flags) {
    return get(one, one.cpu(), Vma.ANON, flags);
  }

  private static OneEntry unmapped(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    return one;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinOfASmallPageIsOneAdd(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertSame(one.page, get(one, GupFlags.PIN_WRITE));
    assertEquals(1025, one.references());
    assertEquals(
        List.of("FG10 load ONCE page.flags", "FG10 update NORETURN page._refcount"),
        one.did("FG10"));
    assertTrue(one.noted(GupFast.PINNED, one.page.address()));
    assertTrue(OneEntry.has(one.page, PageFlag.PG_REFERENCED));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void follGetTakesOneReferenceAndDoesNotMarkTheMm(KernelState state) {
    OneEntry one = new OneEntry(state, 1, false);
    assertSame(one.page, get(one, GupFlags.GET));
    assertEquals(2, one.references());
    assertEquals(0, OneEntry.value(one.mm.flags()));
    assertTrue(one.noted(GupFast.GOT, one.page.address()));
    assertFalse(one.noted(GupFast.PINNED, one.page.address()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void follPinMarksTheMm(KernelState state) {
    OneEntry one = new OneEntry(state, 1, false);
    assertSame(one.page, get(one, GupFlags.PIN));
    assertEquals(PageFlag.bit(Mm.MMF_HAS_PINNED), OneEntry.value(one.mm.flags()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsNotThereIsFaultedIn(KernelState state) {
    OneEntry one = unmapped(state);
    assertSame(one.spare, get(one, GupFlags.PIN_WRITE));
    assertEquals(Pte.writable(one.spare), one.pte());
    assertEquals(1025, OneEntry.value(one.spare.refcount()));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void writingToASharedPageBreaksCowFirst(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    assertSame(one.spare, get(one, GupFlags.PIN_WRITE));
    assertEquals(Pte.writable(one.spare), one.pte());
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aReadOnlyPinOfASharedPageUnsharesItFirst(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    assertSame(one.spare, get(one, GupFlags.PIN));
    assertEquals(Pte.readOnly(one.spare), one.pte());
    assertTrue(one.isExclusive(one.spare));
    assertEquals(1, one.references());
    assertFalse(one.bug());
  }

  @Test
  void s0_pinsASharedPageForReading() {
    OneEntry one = new OneEntry(KernelState.S0, 2).readOnly().shared();
    assertSame(one.page, get(one, GupFlags.PIN));
    assertEquals(1026, one.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anOrdinaryReferenceUnsharesNothing(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    assertSame(one.page, get(one, GupFlags.GET));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aPinOfAWritablePageThatIsNotExclusiveIsABug(KernelState state) {
    OneEntry one = new OneEntry(state, 2).shared();
    get(one, GupFlags.PIN);
    assertTrue(one.bug());
  }

  @Test
  void s3_looksAtTheFlagAfterAFenceThatItDoesNotNeed() {
    OneEntry one = new OneEntry(KernelState.S3, 1).readOnly();
    get(one, GupFlags.PIN);
    assertEquals(
        List.of(
            "FG4 lock mm.ptl",
            "FG5 load ONCE mm.pte",
            "G16 load ONCE page.compound_head",
            "G16 load ONCE page.mapping",
            "G17 smp_rmb",
            "G18 load ONCE page.flags"),
        one.did("FG[4-6]|G1[678]"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkIsKeptAwayAllTheTime(KernelState state) {
    OneEntry one = unmapped(state);
    get(one, GupFlags.PIN_WRITE);
    List<String> locks = one.did("FG1|FG4|FG13|FG16");
    assertEquals("FG1 lock mm.mmap_lock", locks.get(0));
    assertEquals("FG16 unlock mm.mmap_lock", locks.get(locks.size() - 1));
    assertEquals(
        List.of(
            "FG1 lock mm.mmap_lock",
            "FG4 lock mm.ptl",
            "FG13 unlock mm.ptl",
            "FG4 lock mm.ptl",
            "FG13 unlock mm.ptl",
            "FG16 unlock mm.mmap_lock"),
        locks);
  }

  /** The process itself may not write; a debugger does, to a copy. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forcedWritesGoToACopyThatStaysReadOnly(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page file = PageCache.mapped(one.memory, "file");
    OneEntry.set(one.table.pte(), Pte.readOnly(file));
    assertSame(one.spare, get(one, one.cpu(), Vma.readOnlyFile(file), GupFlags.FORCED_WRITE));
    assertEquals(Pte.readOnly(one.spare) | Pte.DIRTY, one.pte());
    assertEquals(1, OneEntry.value(file.refcount()));
    assertEquals(-1, OneEntry.value(file.mapcount()));
    assertFalse(one.bug());
  }

  /** FOLL_COW trusts a dirty entry once a write fault was handled; S3 looks at the page. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onlyS3_isNotDeceivedByADirtyEntry(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page file = PageCache.mapped(one.memory, "file");
    OneEntry.set(one.table.pte(), Pte.readOnly(file));
    int[] locked = {0};
    Cpu cpu =
        one.cpuMeddledWithAt(
            "FG5",
            () -> {
              if (locked[0]++ == 1) {
                OneEntry.set(one.table.pte(), Pte.readOnly(file) | Pte.DIRTY);
              }
            });
    SlowGup gup =
        new SlowGup(
            one.kernel,
            one.memory,
            one.free,
            FreeList.of(one.spare, Page.free(one.memory, "second")));
    Page got =
        gup.getUserPages(cpu, one.mm, Vma.readOnlyFile(file), one.table, GupFlags.FORCED_WRITE);
    assertEquals(state != KernelState.S3, got == file);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void writesThatAreNotForcedAreRefused(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page file = PageCache.mapped(one.memory, "file");
    assertNull(get(one, one.cpu(), Vma.readOnlyFile(file), GupFlags.GET_WRITE));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLongTermPinOfAMovablePageIsDropped(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.ZONE_MOVABLE));
    assertNull(get(one, GupFlags.PIN_WRITE.forLong()));
    assertEquals(1, one.references());
    assertSame(one.page, get(one, GupFlags.PIN_WRITE));
  }

  /** S0 and S1 count the pin first. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinOfALargePageIsCountedBeside(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    PageBlock block =
        PageBlock.compound(
            one.memory,
            "large",
            new PageBlock.Compound(-1, 0),
            new PageState(OneEntry.value(one.page.flags()), Page.ANON_VMA, 1, 0),
            new PageState(0, Page.TAIL_MAPPING, 0, -1));
    OneEntry.set(one.table.pte(), Pte.writable(block.head()));
    assertSame(block.head(), get(one, GupFlags.PIN_WRITE));
    assertEquals(1, OneEntry.value(block.compoundPincount()));
    assertEquals(2, OneEntry.value(block.head().refcount()));
    List<String> adds =
        one.did("FG10|FG11").stream().filter(line -> line.contains("update")).toList();
    boolean isOld = state == KernelState.S0 || state == KernelState.S1;
    assertEquals(isOld ? "FG11" : "FG10", adds.get(0).substring(0, 4));
  }

  /** 17839856fd58, v5.8. */
  @Test
  void forcedCowCopiesForAReader() {
    OneEntry one = new OneEntry(SlowGupPatches.FORCED_COW, 2).readOnly();
    OneEntry.set(one.page.mapcount(), 1);
    assertSame(one.spare, get(one, GupFlags.GET));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void gupGoesTheFastWayIfItCan(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Gup gup = new Gup(one.kernel, one.memory, one.free, FreeList.of(one.spare));
    assertSame(one.page, gup.getUserPagesFast(one.cpu(), one.mm, one.table, GupFlags.PIN_WRITE));
    assertEquals(List.of(), one.did("FG4"));
    OneEntry shared = new OneEntry(state, 2).readOnly().shared();
    Gup slow = new Gup(shared.kernel, shared.memory, shared.free, FreeList.of(shared.spare));
    assertSame(
        shared.spare,
        slow.getUserPagesFast(shared.cpu(), shared.mm, shared.table, GupFlags.PIN_WRITE));
    assertFalse(shared.did("FG4").isEmpty());
  }
}
