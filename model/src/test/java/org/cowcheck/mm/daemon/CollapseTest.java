package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What collapse moves into a huge page, what it leaves alone, and in which order. */
final class CollapseTest {

  /** A page table of two entries, of which the first maps a page, and a free huge page. */
  private static final class Setting {
    final OneEntry one;
    final PageTable table;
    final PageBlock huge;

    Setting(KernelState state) {
      one = new OneEntry(state, 1);
      table = PageTable.of(one.memory, "two", Pte.writable(one.page), 0);
      huge = PageBlock.free(one.memory, "huge", 2);
    }

    Page collapse() {
      return collapse(one.kernel, one.cpu());
    }

    Page collapse(Kernel kernel, Cpu cpu) {
      return new CollapseHugePage(kernel, one.memory, one.free)
          .collapse(cpu, one.mm, table.above(), 2, FreeList.of(huge.head()));
    }

    private long locks(String did) {
      return one.engine.log().stream().filter(line -> line.contains(did + ' ')).count();
    }

    void assertIsAsBefore(long references) {
      assertEquals(table.asPmd(), value(table.pmd()));
      assertEquals(Pte.writable(one.page), value(table.pte()) | Pte.WRITE | Pte.DIRTY);
      assertEquals(references, one.references());
      assertFalse(has(one.page, PG_LOCKED));
      assertEquals(0, value(huge.head().refcount()));
      assertEquals(locks(" lock"), locks(" unlock"));
      assertFalse(one.bug());
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theHugePageIsExclusiveAndHasTheContents(KernelState state) {
    Setting setting = new Setting(state);
    Page head = setting.collapse();
    assertSame(setting.huge.head(), head);
    assertEquals(Pte.writable(head) | Pte.HUGE, value(setting.table.pmd()));
    assertEquals(7, value(head.contents()));
    assertEquals(0, value(setting.huge.pages().get(1).contents()));
    assertEquals(0, value(setting.huge.compoundMapcount()));
    assertEquals(1, value(head.refcount()));
    assertEquals(Page.ANON_VMA, value(head.mapping()));
    if (setting.one.hasExclusive()) {
      assertTrue(setting.one.isExclusive(head));
    }
    assertFalse(setting.one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theOldPageIsFreedAndTheTableIsEmpty(KernelState state) {
    Setting setting = new Setting(state);
    setting.collapse();
    assertEquals(0, value(setting.table.pte()));
    assertEquals(0, setting.one.references());
    assertEquals(0, value(setting.one.page.mapping()));
    assertEquals(0, value(setting.one.page.flags()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinnedPageIsNotCollapsed(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.refcount(), 1 + Page.GUP_PIN_COUNTING_BIAS);
    assertNull(setting.collapse());
    setting.assertIsAsBefore(1 + Page.GUP_PIN_COUNTING_BIAS);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void oneReferenceTooManyIsEnough(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.refcount(), 2);
    assertNull(setting.collapse());
    setting.assertIsAsBefore(2);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theReferenceOfTheSwapCacheIsExpected(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.refcount(), 2);
    set(setting.one.page.flags(), value(setting.one.page.flags()) | bit(PG_SWAPCACHE));
    assertSame(setting.huge.head(), setting.collapse());
    assertEquals(1, setting.one.references());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLockedPageIsNotCollapsed(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.flags(), value(setting.one.page.flags()) | bit(PG_LOCKED));
    assertNull(setting.collapse());
    assertTrue(has(setting.one.page, PG_LOCKED));
    assertEquals(setting.table.asPmd(), value(setting.table.pmd()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsOffTheLruIsNotCollapsed(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.flags(), value(setting.one.page.flags()) & ~bit(PG_LRU));
    assertNull(setting.collapse());
    setting.assertIsAsBefore(1);
  }

  /** SCAN_PAGE_RO. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void entriesThatAreAllReadOnlyAreNotCollapsed(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.pte(), Pte.readOnly(setting.one.page));
    assertNull(setting.collapse());
    assertEquals(Pte.readOnly(setting.one.page), value(setting.table.pte()));
    setting.assertIsAsBefore(1);
    assertTrue(has(setting.one.page, PG_LRU));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSwapEntryIsNotCollapsedAndTheOthersAreReleased(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.at(1).pte(), Pte.swap(setting.one.slot));
    assertNull(setting.collapse());
    setting.assertIsAsBefore(1);
    assertTrue(has(setting.one.page, PG_LRU));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theZeroPageBecomesZeros(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.at(1).pte(), Pte.PRESENT | Pte.SPECIAL);
    set(setting.huge.pages().get(1).contents(), 9);
    setting.collapse();
    assertEquals(0, value(setting.huge.pages().get(1).contents()));
    assertEquals(0, value(setting.table.at(1).pte()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageIsNotCollapsedAgain(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.pmd(), Pte.writable(setting.one.page) | Pte.HUGE);
    assertNull(setting.collapse());
    assertEquals(Pte.writable(setting.one.page) | Pte.HUGE, value(setting.table.pmd()));
  }

  /** A compound page that entries map, all of it: one trylock, one count for the whole. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aCompoundPageIsMovedAsAWhole(KernelState state) {
    Setting setting = new Setting(state);
    long exclusive =
        setting.one.hasExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    long flags = bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive;
    PageBlock old =
        PageBlock.compound(
            setting.one.memory,
            "old",
            PageBlock.Compound.UNMAPPED,
            new PageState(flags, Page.ANON_VMA, 2, 0),
            new PageState(exclusive, Page.TAIL_MAPPING, 0, 0));
    for (int i = 0; i < 2; i++) {
      set(old.pages().get(i).contents(), 5 + i);
      set(setting.table.at(i).pte(), Pte.writable(old.pages().get(i)));
    }
    assertSame(setting.huge.head(), setting.collapse());
    assertEquals(5, value(setting.huge.head().contents()));
    assertEquals(6, value(setting.huge.pages().get(1).contents()));
    assertEquals(0, value(old.head().refcount()));
    assertEquals(0, value(old.head().flags()));
    assertEquals(0, value(old.deferredList()));
    assertEquals(
        ImmutableList.of("KH14 update ACQUIRE old.flags"), setting.one.did("KH14"), "one trylock");
    assertFalse(setting.one.bug());
  }

  private static ImmutableList<String> orderOn(Kernel kernel) {
    Setting setting = new Setting(kernel.state());
    setting.collapse(kernel, kernel.boot(setting.one.engine));
    return setting.one.did("KH[4-7]|KH34|KH48").stream()
        .map(line -> line.replaceAll("=.*", ""))
        .collect(ImmutableList.toImmutableList());
  }

  @Test
  void s3_waitsForGupFastBeforeItLooksAtThePages() {
    assertEquals(
        ImmutableList.of(
            "KH4 load ONCE two.pmd",
            "KH4 update RELAXED two.pmd",
            "KH4 mb",
            "KH5 unlock two.pmd_lock",
            "KH6 smp_call_function(wait)",
            "KH7 lock two.ptl",
            "KH34 update RELAXED two.pte0",
            "KH48 store ONCE two.pmd"),
        orderOn(new Kernel(Patch.of(KernelState.S3), Platform.ARM64, Accesses.MARKED)));
  }

  @Test
  void theFlushOfX86IsTheWait() {
    assertEquals(
        ImmutableList.of(
            "KH4 load ONCE two.pmd",
            "KH4 update FULL two.pmd",
            "KH4 update FULL mm.tlb_gen",
            "KH4 smp_call_function(wait)",
            "KH5 unlock two.pmd_lock",
            "KH7 lock two.ptl",
            "KH34 update FULL two.pte0",
            "KH48 store ONCE two.pmd"),
        orderOn(new Kernel(Patch.of(KernelState.S3), Platform.X86, Accesses.MARKED)));
  }

  @Test
  void s2AndS3WithoutTheSync_doNotWait() {
    for (Patch patch :
        ImmutableList.of(Patch.of(KernelState.S2), CollapsePatches.S3_WITHOUT_COLLAPSE_SYNC)) {
      assertEquals(
          ImmutableList.of(
              "KH4 load ONCE two.pmd",
              "KH4 update RELAXED two.pmd",
              "KH4 mb",
              "KH5 unlock two.pmd_lock",
              "KH7 lock two.ptl",
              "KH34 update RELAXED two.pte0",
              "KH48 store ONCE two.pmd"),
          orderOn(new Kernel(patch, Platform.ARM64, Accesses.MARKED)));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anEntryThatSomebodyElseInstalledIsABug(KernelState state) {
    Setting setting = new Setting(state);
    Cpu cpu =
        setting.one.cpuMeddledWithAt("KH42", () -> set(setting.table.pmd(), setting.table.asPmd()));
    setting.collapse(setting.one.kernel, cpu);
    assertTrue(setting.one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anEntryThatIsInTheWayOfTheOldTableIsABug(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.refcount(), 2);
    Cpu cpu =
        setting.one.cpuMeddledWithAt("KH22", () -> set(setting.table.pmd(), setting.table.asPmd()));
    setting.collapse(setting.one.kernel, cpu);
    assertTrue(setting.one.bug());
  }

  /** pmdp_collapse_flush(); who looked at KH2 holds mmap_lock since. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPmdEntryThatIsNoTableAnyMoreIsABug(KernelState state) {
    for (long other : new long[] {0, Pte.HUGE | Pte.PRESENT}) {
      Setting setting = new Setting(state);
      Cpu cpu = setting.one.cpuMeddledWithAt("KH4", () -> set(setting.table.pmd(), other));
      assertNull(setting.collapse(setting.one.kernel, cpu));
      assertTrue(setting.one.bug());
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsNotAnonymousIsABug(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.one.page.mapping(), 0x3000);
    setting.collapse();
    assertTrue(setting.one.bug());
  }
}
