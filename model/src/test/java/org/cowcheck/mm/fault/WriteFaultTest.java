package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SlowGupPatches;
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

  private static void swapCached(OneEntry one, long entries) {
    OneEntry.set(one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PG_SWAPCACHE));
    OneEntry.set(one.slot.swapCache(), one.page.address());
    OneEntry.set(one.page.privateData(), one.slot.address());
    OneEntry.set(one.slot.swapMap(), entries);
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aPageThatOnlyTheSwapCacheHasBesideIsTakenFromIt(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    swapCached(one, 0);
    fault(one, false);
    assertIsReused(one, 1);
    assertFalse(OneEntry.has(one.page, PG_SWAPCACHE));
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertEquals(0, OneEntry.value(one.slot.swapCache()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatASwapEntryNamesIsCopied(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    swapCached(one, 1);
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 1);
    assertTrue(OneEntry.has(one.page, PG_SWAPCACHE));
  }

  /** S0 copies it for its reference; the copy frees it from the cache afterwards. */
  @Test
  void s0_copiesAPageInTheSwapCache() {
    OneEntry one = new OneEntry(KernelState.S0, 2).readOnly();
    swapCached(one, 0);
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 0);
    assertEquals(0, OneEntry.value(one.slot.swapCache()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageUnderWritebackStaysInTheSwapCache(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    swapCached(one, 0);
    OneEntry.set(
        one.page.flags(), OneEntry.value(one.page.flags()) | PageFlag.bit(PageFlag.PG_WRITEBACK));
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 1);
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void manyReferencesAreNotLookedAtTwice(KernelState state) {
    OneEntry one = new OneEntry(state, 4).readOnly().shared();
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 3);
    assertEquals(List.of(), one.did("W4a|W4b|W5"));
  }

  /** KSM does not raise the count for its mappings. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aKsmPageIsCopied(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly().shared();
    OneEntry.set(one.page.mapping(), Page.ANON_VMA | Page.MAPPING_MOVABLE);
    OneEntry.set(one.page.refcount(), 2);
    fault(one, false);
    assertIsCopied(one, Pte.writable(one.spare), 1);
    assertEquals(List.of(), one.did("W5"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReferenceThatComesBeforeTheLockIsSeenUnderIt(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly().shared();
    Cpu cpu = one.cpuMeddledWithAt("W6", () -> OneEntry.set(one.page.refcount(), 2));
    new WriteFault(one.kernel, one.memory, one.free)
        .doWpPage(cpu, one.mm, one.table, false, FreeList.of(one.spare));
    assertIsCopied(one, Pte.writable(one.spare), 1);
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void reusingAPageThatIsNotExclusiveIsABug(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly();
    Cpu cpu = one.cpuMeddledWithAt("W9a", one::shared);
    new WriteFault(one.kernel, one.memory, one.free)
        .doWpPage(cpu, one.mm, one.table, false, FreeList.of(one.spare));
    assertTrue(one.bug());
  }

  @Test
  void aWritableCopyForAnUnshareIsABug() {
    Patch patch =
        new Patch(
            "unshare-writable", "", KernelState.S3, ImmutableList.of(new Edit.DropHunk("W16a")));
    OneEntry one = new OneEntry(patch, 2).readOnly().shared();
    new WriteFault(one.kernel, one.memory, one.free)
        .doWpPage(one.cpu(), one.mm, one.table, true, FreeList.of(one.spare));
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void unsharingKeepsAUserfaultfdProtection(KernelState state) {
    OneEntry one = new OneEntry(state, 2).readOnly().shared();
    OneEntry.set(one.table.pte(), one.pte() | Pte.UFFD_WP);
    fault(one, true);
    assertIsCopied(one, Pte.readOnly(one.spare) | Pte.UFFD_WP, 1);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteToAPageThatUserfaultfdProtectsIsForTheUserToHandle(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly();
    OneEntry.set(one.table.pte(), one.pte() | Pte.UFFD_WP);
    fault(one, false);
    assertEquals(Pte.readOnly(one.page) | Pte.UFFD_WP, one.pte());
  }

  private static boolean faultIn(OneEntry one, Vma vma, boolean unshare) {
    boolean wrote =
        new WriteFault(one.kernel, one.memory, one.free)
            .doWpPage(one.cpu(), one.mm, vma, one.table, unshare, FreeList.of(one.spare));
    assertFalse(one.bug());
    return wrote;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageCachePageIsCopiedForWritingAndLeftAloneForAnUnshare(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page file = PageCache.mapped(one.memory, "file");
    OneEntry.set(one.table.pte(), Pte.readOnly(file));
    Vma vma = new Vma(true, file);
    assertFalse(faultIn(one, vma, true));
    assertEquals(Pte.readOnly(file), one.pte());
    assertTrue(faultIn(one, vma, false));
    assertEquals(Pte.writable(one.spare), one.pte());
    assertEquals(1, OneEntry.value(file.refcount()));
  }

  /** VM_FAULT_WRITE without a writable entry: what FOLL_FORCE relies on. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aMappingThatMayNotBeWrittenGetsADirtyEntryThatIsNotWritable(KernelState state) {
    OneEntry one = new OneEntry(state, 1).readOnly();
    assertTrue(faultIn(one, new Vma(false, null), false));
    assertEquals(Pte.readOnly(one.page) | Pte.DIRTY, one.pte());
  }

  @Test
  void before09854ba94c6a_referencesDoNotCount() {
    OneEntry one = new OneEntry(SlowGupPatches.MAPCOUNT, 3).readOnly();
    fault(one, false);
    assertIsReused(one, 3);
    OneEntry mappedTwice = new OneEntry(SlowGupPatches.MAPCOUNT, 2).readOnly();
    OneEntry.set(mappedTwice.page.mapcount(), 1);
    fault(mappedTwice, false);
    assertEquals(Pte.writable(mappedTwice.spare), mappedTwice.pte());
  }
}
