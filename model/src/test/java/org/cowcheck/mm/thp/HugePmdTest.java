package org.cowcheck.mm.thp;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_DOUBLE_MAP;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.HardwareWalk;
import org.cowcheck.mm.fault.HugeFault;
import org.cowcheck.mm.fault.HugeWriteFault;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.ThpPatches;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the paths make of a PMD entry that maps a huge page. */
final class HugePmdTest {

  private static Page pin(HugeEntry huge, int index, boolean write) {
    return new GupFast(huge.kernel, huge.memory, huge.one.free)
        .pinFast(huge.cpu(), huge.mm, huge.table.at(index), write);
  }

  // gup_huge_pmd()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anyPageOfAHugePageIsPinnedByTheCountsOfTheHead(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    assertSame(huge.tail, pin(huge, 1, true));
    assertSame(huge.head, pin(huge, 0, true));
    assertEquals(2, value(huge.block.compoundPincount()));
    assertEquals(3, huge.references());
    assertEquals(
        state == KernelState.S3
            ? List.of("G11 update NORETURN huge.compound_pincount", "G12 smp_mb__after_atomic")
            : List.of("G11 update NORETURN huge.compound_pincount"),
        huge.did("G11|G12").subList(0, state == KernelState.S3 ? 2 : 1));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aReadOnlyPinAsksTheFlagOfTheHead(KernelState state) {
    HugeEntry exclusive = new HugeEntry(state).readOnly();
    assertSame(exclusive.tail, pin(exclusive, 1, false));
    HugeEntry shared = new HugeEntry(state).readOnly().shared();
    assertNull(pin(shared, 1, false));
    assertEquals(0, value(shared.block.compoundPincount()));
    assertEquals(1, shared.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPmdEntryThatChangesMeanwhileIsNotPinnedThrough(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    Page pinned =
        new GupFast(huge.kernel, huge.memory, huge.one.free)
            .pinFast(
                huge.one.cpuMeddledWithAt("GH2", () -> set(huge.table.pmd(), 0)),
                huge.mm,
                huge.table,
                true);
    assertNull(pinned);
    assertEquals(0, value(huge.block.compoundPincount()));
    assertEquals(1, huge.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void neitherAReadOnlyNorAnInvalidEntryIsPinnedForWriting(KernelState state) {
    assertNull(pin(new HugeEntry(state).readOnly(), 0, true));
    HugeEntry invalid = new HugeEntry(state);
    set(invalid.table.pmd(), (Pte.huge(invalid.head, true) & ~Pte.PRESENT) | Pte.PRESENT_INVALID);
    assertNull(pin(invalid, 0, true));
    HugeEntry migration = new HugeEntry(state);
    set(migration.table.pmd(), migration.head.address() | Pte.HUGE | Pte.MIGRATION | Pte.WRITE);
    assertNull(pin(migration, 0, true));
  }

  // __split_huge_pmd()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void splitMapsEachPartByAPte(KernelState state) {
    HugeEntry huge = new HugeEntry(state).split();
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(huge.head.address() | Pte.PRESENT | Pte.WRITE, huge.pte(0));
    assertEquals(huge.tail.address() | Pte.PRESENT | Pte.WRITE, huge.pte(1));
    assertEquals(2, huge.references());
    assertEquals(-1, value(huge.block.compoundMapcount()));
    assertEquals(0, value(huge.head.mapcount()));
    assertEquals(0, value(huge.tail.mapcount()));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.tail));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.head));
    assertTrue(OneEntry.has(huge.head, PG_DIRTY));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void splitOrdersThePtesBeforeThePmdEntry(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().split();
    assertEquals(
        List.of(
            "SP1 lock mm2.pmd_lock",
            "SP4 load ONCE mm2.pmd",
            "SP4 update RELAXED mm2.pmd",
            "SP5 mb",
            "SP10 load ONCE mm2.pte0",
            "SP10 store ONCE mm2.pte0=" + Pte.readOnly(huge.head),
            "SP10 load ONCE mm2.pte1",
            "SP10 store ONCE mm2.pte1=" + Pte.readOnly(huge.tail),
            "SP12 smp_wmb",
            "SP13 store ONCE mm2.pmd=" + huge.table.asPmd(),
            "SP16 unlock mm2.pmd_lock"),
        huge.did("SP1|SP4|SP5|SP10|SP12|SP13|SP16"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void splitOfASharedPageMakesNoPartExclusive(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().split();
    assertFalse(huge.isExclusive(huge.head));
    assertFalse(huge.isExclusive(huge.tail));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void freezeMakesMigrationEntries(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1);
    new SplitHugePmd(huge.kernel, huge.memory, huge.one.free)
        .splitAndFreeze(huge.cpu(), huge.mm, huge.table, huge.head);
    assertEquals(huge.head.address() | Pte.MIGRATION | Pte.WRITE, huge.pte(0));
    assertEquals(huge.tail.address() | Pte.MIGRATION | Pte.WRITE, huge.pte(1));
    assertEquals(1, huge.references());
    assertEquals(-1, value(huge.tail.mapcount()));
    assertFalse(huge.isExclusive(huge.head));
    assertFalse(huge.isExclusive(huge.tail));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void freezeOfAReadOnlyExclusivePageRemembersThat(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().held(1);
    new SplitHugePmd(huge.kernel, huge.memory, huge.one.free)
        .splitAndFreeze(huge.cpu(), huge.mm, huge.table, huge.head);
    assertEquals(huge.tail.address() | Pte.MIGRATION | Pte.EXCLUSIVE, huge.pte(1));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void freezeOfAPinnedPageSplitsThePmdEntryAlone(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1).pinned(1);
    new SplitHugePmd(huge.kernel, huge.memory, huge.one.free)
        .splitAndFreeze(huge.cpu(), huge.mm, huge.table, huge.head);
    assertTrue(Pte.present(huge.pte(0)));
    assertTrue(huge.isExclusive(huge.head));
    assertTrue(huge.isExclusive(huge.tail));
    assertEquals(4, huge.references());
  }

  /** Found and fixed before the second version was posted. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void freezeOfASharedPageIsABugInTheSeedAlone(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().held(1);
    new SplitHugePmd(huge.kernel, huge.memory, huge.one.free)
        .splitAndFreeze(huge.cpu(), huge.mm, huge.table, huge.head);
    assertEquals(huge.tail.address() | Pte.MIGRATION, huge.pte(1));
    assertEquals(state == KernelState.S1, huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void whatTwoPmdsMapIsMappedTwiceAsLongAsOneOfThemIsThere(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    huge.fork();
    huge.split();
    assertTrue(OneEntry.has(huge.tail, PG_DOUBLE_MAP));
    assertEquals(0, value(huge.block.compoundMapcount()));
    assertEquals(1, value(huge.tail.mapcount()));
    new ZapHugePmd(huge.kernel, huge.memory, huge.one.free)
        .zapHugePmd(huge.cpu(), huge.mm, huge.child);
    assertFalse(OneEntry.has(huge.tail, PG_DOUBLE_MAP));
    assertEquals(-1, value(huge.block.compoundMapcount()));
    assertEquals(0, value(huge.tail.mapcount()));
    assertEquals(2, huge.references());
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(Platform.class)
  void splitOfAMigrationEntryLooksPresentExceptOnX86(Platform platform) {
    for (Patch patch : List.of(Patch.of(KernelState.S3), ThpPatches.PRESENT_ONLY)) {
      HugeEntry huge = new HugeEntry(KernelState.S3);
      Kernel kernel = new Kernel(patch, platform, Accesses.MARKED);
      long entry = huge.head.address() | Pte.HUGE | Pte.MIGRATION | Pte.EXCLUSIVE;
      set(huge.table.pmd(), entry);
      boolean[] seen = new boolean[1];
      new SplitHugePmd(kernel, huge.memory, huge.one.free)
          .split(
              huge.one.cpuMeddledWithAt("SP12", () -> seen[0] = Pte.isTransHuge(huge.pmd())),
              huge.mm,
              huge.table);
      assertEquals(platform != Platform.X86 && patch.edits().isEmpty(), seen[0]);
      assertEquals(huge.tail.address() | Pte.MIGRATION | Pte.EXCLUSIVE, huge.pte(1));
      assertEquals(-1, value(huge.tail.mapcount()));
      assertFalse(huge.bug());
    }
  }

  // copy_huge_pmd()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkSharesAHugePageAsAWhole(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    huge.fork();
    long shared = Pte.huge(huge.head, true) & ~Pte.WRITE;
    assertEquals(shared, huge.pmd());
    assertEquals(shared, value(huge.child.pmd()));
    assertEquals(2, huge.references());
    assertEquals(1, value(huge.block.compoundMapcount()));
    assertFalse(huge.isExclusive(huge.head));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkSplitsAPinnedHugePageAndCopiesItsPages(KernelState state) {
    HugeEntry huge = new HugeEntry(state).pinned(1);
    set(huge.head.contents(), 7);
    set(huge.tail.contents(), 8);
    huge.fork();
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(huge.tail.address() | Pte.PRESENT | Pte.WRITE, huge.pte(1));
    assertEquals(huge.child.asPmd(), value(huge.child.pmd()));
    assertEquals(Pte.writable(huge.spare), value(huge.child.ptes().get(0)));
    assertEquals(Pte.writable(huge.secondSpare), value(huge.child.ptes().get(1)));
    assertEquals(7, value(huge.spare.contents()));
    assertEquals(8, value(huge.secondSpare.contents()));
    assertEquals(3, huge.references());
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.tail));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkMakesAMigrationEntryReadable(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    long readable = huge.head.address() | Pte.HUGE | Pte.MIGRATION;
    set(huge.table.pmd(), readable | Pte.WRITE);
    huge.fork();
    assertEquals(readable, huge.pmd());
    assertEquals(readable, value(huge.child.pmd()));
  }

  // do_huge_pmd_wp_page()

  private static void write(HugeEntry huge) {
    new HugeWriteFault(huge.kernel, huge.memory, huge.one.free)
        .handleMmFault(huge.cpu(), huge.mm, huge.table.at(1), false, FreeList.of(huge.spare));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anExclusiveHugePageIsReusedWhateverItsReferences(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().pinned(1);
    write(huge);
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
    assertEquals(2, huge.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageThatNobodyElseHasBecomesExclusive(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared();
    write(huge);
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.head));
    assertFalse(OneEntry.has(huge.head, PG_LOCKED));
  }

  /** S0 counts mappings, S1 to S3 references. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageWithAnotherReferenceIsSplitAndOnePageIsCopied(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().held(1);
    write(huge);
    if (state == KernelState.S0) {
      assertEquals(Pte.huge(huge.head, true), huge.pmd());
      return;
    }
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(Pte.readOnly(huge.head), huge.pte(0));
    assertEquals(Pte.writable(huge.spare), huge.pte(1));
    assertTrue(huge.isExclusive(huge.spare));
    assertEquals(-1, value(huge.tail.mapcount()));
    assertEquals(2, huge.references());
    assertEquals(1, value(huge.block.deferredList()));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageThatAChildMapsIsSplitAndCopied(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    huge.fork();
    write(huge);
    assertEquals(Pte.writable(huge.spare), huge.pte(1));
    assertFalse(Pte.writable(value(huge.child.pmd())));
    assertTrue(Pte.isTransHuge(value(huge.child.pmd())));
    assertFalse(huge.bug());
  }

  /** The page becomes exclusive, and gets a reference, while its lock is waited for. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void theFlagIsLookedAtAgainAfterWaitingSinceS2(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().held(1);
    long flags = value(huge.head.flags());
    set(huge.head.flags(), flags | PageFlag.bit(PG_LOCKED));
    long exclusive = PageFlag.bit(PageFlag.anonExclusive(Kernels.of(state)));
    new HugeWriteFault(huge.kernel, huge.memory, huge.one.free)
        .handleMmFault(
            huge.one.cpuMeddledWithAt("WH8", () -> set(huge.head.flags(), flags | exclusive)),
            huge.mm,
            huge.table.at(1),
            false,
            FreeList.of(huge.spare));
    boolean reused = Pte.isTransHuge(huge.pmd());
    assertEquals(state != KernelState.S1, reused);
    assertFalse(OneEntry.has(huge.head, PG_LOCKED));
    if (state == KernelState.S1) {
      // The part is exclusive and is reused: the split is the only harm.
      assertEquals(huge.tail.address(), Pte.address(huge.pte(1)));
      assertTrue(Pte.writable(huge.pte(1)));
    }
  }

  // zap_huge_pmd(), zap_pte_range()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zapFreesAHugePageWithItsLastMapping(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    assertTrue(
        new ZapHugePmd(huge.kernel, huge.memory, huge.one.free)
            .zapHugePmd(huge.cpu(), huge.mm, huge.table));
    assertEquals(0, huge.pmd());
    assertEquals(0, huge.references());
    assertFalse(huge.bug());
  }

  /** The flag stays, and the huge page waits to be split. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zapOfAPartQueuesTheHugePage(KernelState state) {
    HugeEntry huge = new HugeEntry(state).split();
    assertFalse(
        new Zap(huge.kernel, huge.memory, huge.one.free)
            .zapPteRange(huge.cpu(), huge.mm, huge.table));
    assertEquals(1, huge.references());
    assertEquals(-1, value(huge.head.mapcount()));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.head));
    assertEquals(1, value(huge.block.deferredList()));
  }

  // do_huge_pmd_anonymous_page(), set_pmd_migration_entry()

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultMapsANewHugePage(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    PageBlock fresh = PageBlock.free(huge.memory, "fresh", 2);
    assertTrue(
        new HugeFault(huge.kernel)
            .doHugePmdAnonymousPage(
                huge.cpu(), huge.child, FreeList.of(fresh.head()), huge.one.free));
    assertEquals(Pte.huge(fresh.head(), true), value(huge.child.pmd()));
    assertEquals(0, value(fresh.compoundMapcount()));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(fresh.head()));
    assertFalse(
        new HugeFault(huge.kernel)
            .doHugePmdAnonymousPage(
                huge.cpu(),
                huge.table,
                FreeList.of(PageBlock.free(huge.memory, "second", 2).head()),
                huge.one.free));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aMigrationThatFailsRestoresExclusivity(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().held(1);
    MigrateHugePmd migration = new MigrateHugePmd(huge.kernel, huge.memory, huge.one.free);
    assertTrue(migration.set(huge.cpu(), huge.mm, huge.table, huge.head));
    long kind = huge.one.hasExclusive() ? Pte.EXCLUSIVE : 0;
    assertEquals(huge.head.address() | Pte.HUGE | Pte.MIGRATION | kind, huge.pmd());
    assertFalse(huge.isExclusive(huge.head));
    assertEquals(1, huge.references());
    migration.removeMigrationPmd(huge.cpu(), huge.table);
    assertEquals(Pte.huge(huge.head, false), huge.pmd());
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.head));
    assertEquals(2, huge.references());
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aMigrationThatFailsRestoresThePartsOfAPmdEntryThatWasSplit(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().held(1);
    MigrateHugePmd migration = new MigrateHugePmd(huge.kernel, huge.memory, huge.one.free);
    huge.cpu().set_bit(PageFlag.PG_LOCKED, huge.head.flags());
    assertTrue(migration.set(huge.cpu(), huge.mm, huge.table, huge.head));
    huge.split();
    assertTrue(Pte.isMigration(huge.pte(1)));
    migration.removeMigrationPtes(huge.cpu(), huge.table, huge.head);
    assertEquals(Pte.readOnly(huge.head), huge.pte(0));
    assertEquals(Pte.readOnly(huge.tail), huge.pte(1));
    assertEquals(huge.one.hasExclusive(), huge.isExclusive(huge.tail));
    assertEquals(3, huge.references());
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aPinnedHugePageIsNotMigrated(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1).pinned(1);
    assertFalse(
        new MigrateHugePmd(huge.kernel, huge.memory, huge.one.free)
            .set(huge.cpu(), huge.mm, huge.table, huge.head));
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
    assertTrue(huge.isExclusive(huge.head));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aSecondExclusiveMappingIsABug(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    CompoundRmap.add(huge.kernel, huge.cpu(), huge.head, false);
    assertTrue(huge.bug());
  }

  // __wp_can_reuse_large_anon_folio()

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S3")
  void aPageOfASplitPmdEntryIsReusedSinceV615(KernelState state) {
    for (int others : new int[] {0, 1}) {
      HugeEntry huge = new HugeEntry(state).readOnly().shared().split().held(others);
      Kernel later = new Kernel(ThpPatches.REUSE_FIXED, Platform.GENERIC, Accesses.MARKED);
      new WriteFault(later, huge.memory, huge.one.free)
          .doWpPage(huge.cpu(), huge.mm, huge.table.at(1), false, FreeList.of(huge.spare));
      boolean reused = Pte.address(huge.pte(1)) == huge.tail.address();
      assertEquals(others == 0, reused);
      assertEquals(reused, huge.isExclusive(huge.tail));
      assertFalse(huge.isExclusive(huge.head));
      assertFalse(huge.bug());
    }
  }

  // The walk by hardware

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWalkFindsThePageThroughEitherLevel(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    HardwareWalk.Found found = HardwareWalk.find(huge.cpu(), huge.memory, huge.table.at(1));
    assertSame(huge.tail, found.page());
    assertTrue(found.isWritable());
    huge.readOnly().split();
    found = HardwareWalk.find(huge.cpu(), huge.memory, huge.table.at(1));
    assertSame(huge.tail, found.page());
    assertFalse(found.isWritable());
    set(huge.table.ptes().get(1), huge.tail.address() | Pte.MIGRATION);
    assertFalse(HardwareWalk.find(huge.cpu(), huge.memory, huge.table.at(1)).isReadable());
    set(huge.table.pmd(), huge.head.address() | Pte.HUGE | Pte.PRESENT_INVALID);
    assertNull(HardwareWalk.find(huge.cpu(), huge.memory, huge.table).page());
  }
}
