package org.cowcheck.mm.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What migration makes of an entry, of its page and of the new page. */
final class MigrateTest {

  /** Who isolated the page has a reference, too. */
  private static OneEntry isolated(KernelState state) {
    return new OneEntry(state, 2);
  }

  private static ImmutableList<RmapVma> vmas(OneEntry one) {
    return ImmutableList.of(
        new RmapVma(one.mm, one.table),
        new RmapVma(new Mm(one.memory, "child", false), one.childTable));
  }

  private static boolean migrate(OneEntry one, Cpu cpu) {
    return new Migrate(one.kernel, one.free)
        .unmapAndMove(cpu, one.page, vmas(one), one.slot, FreeList.of(one.spare));
  }

  private static void tryToMigrate(OneEntry one) {
    new TryToMigrate(one.kernel, one.free).tryToMigrate(one.cpu(), one.page, vmas(one));
  }

  private static void restore(OneEntry one, long entry) {
    OneEntry.set(one.table.pte(), entry);
    OneEntry.set(one.page.mapcount(), -1);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_LOCKED));
    new RemoveMigrationPte(one.kernel)
        .removeMigrationPtes(one.cpu(), one.page, one.page, vmas(one));
  }

  private static void assertIsExclusive(boolean expected, OneEntry one, Page page) {
    if (one.hasExclusive()) {
      assertEquals(expected, one.isExclusive(page));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void thePageMoves(KernelState state) {
    OneEntry one = isolated(state);
    OneEntry.set(one.table.pte(), Pte.writable(one.page));
    assertTrue(migrate(one, one.cpu()));
    long dirty = state == KernelState.S3 ? Pte.DIRTY : 0;
    assertEquals(Pte.readOnly(one.spare) | Pte.WRITE | dirty, one.pte());
    assertEquals(7, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(one.spare.refcount()));
    assertEquals(0, OneEntry.value(one.spare.mapcount()));
    assertEquals(Page.ANON_VMA, OneEntry.value(one.spare.mapping()));
    assertTrue(OneEntry.has(one.spare, PageFlag.PG_UPTODATE));
    assertTrue(OneEntry.has(one.spare, PageFlag.PG_SWAPBACKED));
    assertTrue(OneEntry.has(one.spare, PageFlag.PG_DIRTY));
    assertFalse(OneEntry.has(one.spare, PageFlag.PG_LOCKED));
    assertIsExclusive(true, one, one.spare);
    assertEquals(0, one.references());
    assertEquals(0, OneEntry.value(one.page.mapping()));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWritableEntryBecomesAWritableOne(KernelState state) {
    OneEntry one = isolated(state);
    tryToMigrate(one);
    long dirty = state == KernelState.S3 ? Pte.DIRTY : 0;
    assertEquals(Pte.migration(one.page, Pte.WRITE | dirty), one.pte());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(1, one.references());
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertIsExclusive(false, one, one.page);
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOnlyEntryOfAnExclusivePageBecomesAReadableExclusiveOne(KernelState state) {
    OneEntry one = isolated(state).readOnly();
    tryToMigrate(one);
    assertEquals(Pte.migration(one.page, state == KernelState.S0 ? 0 : Pte.EXCLUSIVE), one.pte());
    assertIsExclusive(false, one, one.page);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anyOtherReadOnlyEntryBecomesAReadableOne(KernelState state) {
    OneEntry one = isolated(state).readOnly().shared();
    tryToMigrate(one);
    assertEquals(Pte.migration(one.page, 0), one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void everyEntryOfThePageIsReplaced(KernelState state) {
    OneEntry one = new OneEntry(state, 3).readOnly().shared();
    OneEntry.set(one.childTable.pte(), Pte.readOnly(one.page));
    OneEntry.set(one.page.mapcount(), 1);
    assertTrue(migrate(one, one.cpu()));
    assertEquals(Pte.readOnly(one.spare), one.pte());
    assertEquals(Pte.readOnly(one.spare), one.childPte());
    assertEquals(1, OneEntry.value(one.spare.mapcount()));
    assertEquals(2, OneEntry.value(one.spare.refcount()));
    assertIsExclusive(false, one, one.spare);
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void theEntryOfAPinnedPageStays(KernelState state) {
    OneEntry one = new OneEntry(state, 1026);
    assertFalse(migrate(one, one.cpu()));
    assertEquals(List.of(), one.did("MG12|MG13|MG21"));
    assertIsRestored(one, 1026, Pte.writable(one.page));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0")
  void s0_aPinnedPageIsUnmappedForAWhile(KernelState state) {
    OneEntry one = new OneEntry(state, 1026);
    assertFalse(migrate(one, one.cpu()));
    assertEquals(1, one.did("MG12").size());
    assertIsRestored(one, 1026, Pte.readOnly(one.page) | Pte.WRITE);
  }

  /** -EAGAIN: the migration entry restores what was there, but for the dirty bit before S3. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageWithAnExtraReferenceIsRestored(KernelState state) {
    OneEntry one = new OneEntry(state, 3);
    assertFalse(migrate(one, one.cpu()));
    long dirty = state == KernelState.S3 ? Pte.DIRTY : 0;
    assertIsRestored(one, 3, Pte.readOnly(one.page) | Pte.WRITE | dirty);
  }

  private static void assertIsRestored(OneEntry one, long references, long pte) {
    assertEquals(pte, one.pte());
    assertEquals(references, one.references());
    assertEquals(0, OneEntry.value(one.page.mapcount()));
    assertEquals(0, OneEntry.value(one.spare.refcount()));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    assertIsExclusive(true, one, one.page);
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLockedPageIsLeftAlone(KernelState state) {
    OneEntry one = isolated(state);
    OneEntry.set(one.page.flags(), PageFlag.bit(PageFlag.PG_LOCKED));
    assertFalse(migrate(one, one.cpu()));
    assertEquals(Pte.writable(one.page), one.pte());
    assertEquals(0, OneEntry.value(one.spare.refcount()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void exclusivityComesBackFromAnyEntryButAReadableOne(KernelState state) {
    for (long kind : new long[] {Pte.WRITE, Pte.EXCLUSIVE, 0}) {
      OneEntry one = isolated(state).shared();
      restore(one, Pte.migration(one.page, kind));
      assertEquals(kind != 0, one.isExclusive(one.page));
      assertEquals(Pte.readOnly(one.page) | (kind & Pte.WRITE), one.pte());
      assertFalse(one.bug());
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theMappingIsCountedBeforeTheEntryIsStored_sinceTheSeries(KernelState state) {
    OneEntry one = isolated(state).shared();
    restore(one, Pte.migration(one.page, Pte.WRITE));
    assertEquals(
        state == KernelState.S0 ? List.of("RG7", "RG21") : List.of("RG21", "RG23", "RG7"),
        one.did("RG21|RG23|RG7").stream()
            .map(line -> line.replaceAll(" .*", ""))
            .distinct()
            .toList());
  }

  /** The page is mapped elsewhere, so its entry cannot have been exclusive. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void anExclusiveSecondMappingIsABug(KernelState state) {
    OneEntry one = isolated(state).shared();
    OneEntry.set(one.childTable.pte(), Pte.migration(one.page, Pte.EXCLUSIVE));
    restore(one, Pte.migration(one.page, 0));
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aWritableEntryOfAPageThatIsNotExclusiveIsABug(KernelState state) {
    OneEntry one = isolated(state).shared();
    tryToMigrate(one);
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPoisonedPageGetsAPoisonEntryAndKeepsItsFlag(KernelState state) {
    OneEntry one = isolated(state);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_HWPOISON));
    tryToMigrate(one);
    assertEquals(Pte.hwpoison(one.page), one.pte());
    assertIsExclusive(true, one, one.page);
    assertEquals(1, one.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theEntryIsClearedAndFlushedBeforeTheLookForPins(KernelState state) {
    OneEntry one = isolated(state).readOnly();
    tryToMigrate(one);
    List<String> did = one.did("MG4|MG5|E1|E2|E3|E4|MG12");
    assertTrue(did.get(0).startsWith("MG4 "), did::toString);
    assertTrue(did.get(0).contains("mm.pte"), did::toString);
    assertEquals("MG5 mb", did.get(1));
    List<String> steps = did.stream().map(line -> line.replaceAll(" .*", "")).distinct().toList();
    assertEquals(
        switch (state) {
          case S0 -> List.of("MG4", "MG5", "MG12");
          case S1, S2 -> List.of("MG4", "MG5", "E2", "E3", "MG12");
          case S3 -> List.of("MG4", "MG5", "E1", "E2", "E3", "E4", "MG12");
        },
        steps);
  }

  /** In the swap cache the count is frozen, and the cache's reference goes to the new page. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageInTheSwapCacheIsFrozen(KernelState state) {
    OneEntry one = new OneEntry(state, 3);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_SWAPCACHE));
    OneEntry.set(one.slot.swapCache(), one.page.address());
    assertTrue(migrate(one, one.cpu()));
    assertEquals(one.spare.address(), OneEntry.value(one.slot.swapCache()));
    assertEquals(2, OneEntry.value(one.spare.refcount()));
    assertTrue(OneEntry.has(one.spare, PageFlag.PG_SWAPCACHE));
    assertTrue(OneEntry.has(one.spare, PageFlag.PG_DIRTY));
    assertEquals(0, one.references());
    assertEquals(List.of(), one.did("MG21"));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageInTheSwapCacheThatSomebodyReferencesStays(KernelState state) {
    OneEntry one = new OneEntry(state, 4);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_SWAPCACHE));
    OneEntry.set(one.slot.swapCache(), one.page.address());
    assertFalse(migrate(one, one.cpu()));
    assertEquals(one.page.address(), OneEntry.value(one.slot.swapCache()));
    assertEquals(4, one.references());
    assertIsExclusive(true, one, one.page);
  }

  /** A stale flag: no entry maps the page. The seed does not copy PG_slab. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aStaleFlagIsCopiedWithPgMappedtodisk(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    OneEntry.set(one.page.mapcount(), -1);
    boolean[] copied = new boolean[1];
    assertTrue(
        migrate(one, one.cpuMeddledWithAt("MG44", () -> copied[0] = one.isExclusive(one.spare))));
    assertEquals(state != KernelState.S1, copied[0]);
  }

  /** smp_wmb in folio_mark_uptodate() is what orders the contents before the entry. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theContentsAreOrderedBeforeTheEntry(KernelState state) {
    OneEntry one = isolated(state);
    migrate(one, one.cpu());
    List<String> did =
        one.did("MG28|MG29|RG7").stream()
            .filter(line -> line.matches(".*(store ONCE spare.contents|smp_wmb|RG7).*"))
            .map(line -> line.replaceAll("=.*", ""))
            .toList();
    assertEquals(
        List.of("MG28 store ONCE spare.contents", "MG29 smp_wmb", "RG7 store ONCE mm.pte"), did);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void mprotectOfAMigrationEntryKeepsItExclusive(KernelState state) {
    OneEntry one = isolated(state);
    OneEntry.set(one.table.pte(), Pte.migration(one.page, Pte.WRITE));
    new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
    assertEquals(Pte.migration(one.page, state == KernelState.S0 ? 0 : Pte.EXCLUSIVE), one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void mprotectLeavesAReadableMigrationEntry(KernelState state) {
    OneEntry one = isolated(state);
    OneEntry.set(one.table.pte(), Pte.migration(one.page, 0));
    new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
    assertEquals(Pte.migration(one.page, 0), one.pte());
    assertEquals(List.of(), one.did("MG60|MG61"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void zapOfAMigrationEntryTakesNothingBack(KernelState state) {
    OneEntry one = isolated(state);
    tryToMigrate(one);
    assertFalse(
        new Zap(one.kernel, one.memory, one.free).zapPteRange(one.cpu(), one.mm, one.table));
    assertEquals(0, one.pte());
    assertEquals(1, one.references());
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void forkMakesMigrationEntriesReadable(KernelState state) {
    for (long kind : new long[] {Pte.WRITE, Pte.EXCLUSIVE, 0}) {
      OneEntry one = isolated(state);
      OneEntry.set(one.table.pte(), Pte.migration(one.page, kind));
      new Fork(one.kernel, one.memory, one.free)
          .dupMmap(
              one.cpu(),
              one.mm,
              one.table,
              one.slot,
              new Fork.Child(one.childTable, FreeList.of(one.spare)));
      assertEquals(Pte.migration(one.page, 0), one.pte());
      assertEquals(Pte.migration(one.page, 0), one.childPte());
      assertEquals(2, one.references());
      assertEquals(kind == 0 ? 0 : 1, one.did("C30").size());
    }
  }
}
