package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.mmap.FreePgtables;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Page tables that are taken away are unlinked first, and freed last. */
final class PageTableFreeTest {

  private static boolean retract(OneEntry one, Kernel kernel) {
    return retract(one, kernel, one.engine);
  }

  private static boolean retract(OneEntry one, Kernel kernel, Cpu engine) {
    set(one.table.pte(), 0);
    return new RetractPageTables(kernel, one.memory)
        .retract(
            kernel.boot(engine), new FileMapping(one.memory, "file"), one.mm, one.table.above());
  }

  private static List<String> orderOf(Patch patch) {
    OneEntry one = new OneEntry(patch.base(), 1);
    retract(one, new Kernel(patch, Platform.ARM64, Accesses.MARKED));
    return one.did("RP.*|PF1");
  }

  @Test
  void s2_freesTheTableRightAfterTheFlush() {
    assertEquals(
        List.of(
            "RP1 lock file.i_mmap_rwsem",
            "RP2 load ONCE mm.pmd",
            "RP3 trylock mm.mmap_lock",
            "RP3 ctrl mm.mmap_lock",
            "RP4 lock mm.pmd_lock",
            "RP6 load ONCE mm.pmd",
            "RP6 update RELAXED mm.pmd",
            "RP6 mb",
            "RP7 unlock mm.pmd_lock",
            "PF1 store ONCE mm.pte=32768",
            "RP10 unlock mm.mmap_lock",
            "RP11 unlock file.i_mmap_rwsem"),
        orderOf(Patch.of(KernelState.S2)));
  }

  @Test
  void s3_waitsForGupFastInstead() {
    assertEquals(
        List.of(
            "RP1 lock file.i_mmap_rwsem",
            "RP2 load ONCE mm.pmd",
            "RP3 trylock mm.mmap_lock",
            "RP3 ctrl mm.mmap_lock",
            "RP6 load ONCE mm.pmd",
            "RP6 update RELAXED mm.pmd",
            "RP6 mb",
            "RP8 smp_call_function(wait)",
            "PF1 store ONCE mm.pte=32768",
            "RP10 unlock mm.mmap_lock",
            "RP11 unlock file.i_mmap_rwsem"),
        orderOf(Patch.of(KernelState.S3)));
    assertFalse(
        orderOf(CollapsePatches.S3_WITHOUT_COLLAPSE_SYNC).stream()
            .anyMatch(line -> line.startsWith("RP8")));
  }

  /** 1d65b771bc08: both levels are locked, mmap_lock is not, and RCU frees the table. */
  @Test
  void sinceV66_theTableIsFreedByRcuOnceAllLocksAreDropped() {
    assertEquals(
        List.of(
            "RP1 lock file.i_mmap_rwsem",
            "RP2 load ONCE mm.pmd",
            "RP5 lock mm.pmd_lock",
            "RP5 lock mm.ptl",
            "RP6 load ONCE mm.pmd",
            "RP6 update RELAXED mm.pmd",
            "RP6 mb",
            "RP9 unlock mm.ptl",
            "RP9 unlock mm.pmd_lock",
            "RP11 unlock file.i_mmap_rwsem",
            "RP12 synchronize_rcu",
            "PF1 store ONCE mm.pte=32768"),
        orderOf(CollapsePatches.S3_WITH_LOCKLESS_RETRACT));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void nothingIsRetractedWhileMmapLockIsHeld(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Cpu other = new HardwareCpu();
    other.spin_lock(one.mm.mmapLock());
    assertFalse(retract(one, one.kernel, new HardwareCpu()));
    assertEquals(one.table.asPmd(), value(one.table.pmd()));
    assertEquals(0, one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void nothingIsRetractedWhereThereIsNoTable(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    set(one.table.pmd(), 0);
    assertFalse(retract(one, one.kernel));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableThatIsRetractedIsFree(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertTrue(retract(one, one.kernel));
    assertEquals(0, value(one.table.pmd()));
    assertTrue(Pte.isFreed(one.pte()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aDepositedTableIsFreedWithItsHugePage(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    PageTable table = PageTable.of(one.memory, "two", Pte.writable(one.page), 0);
    PageBlock huge = PageBlock.free(one.memory, "huge", 2);
    new CollapseHugePage(one.kernel, one.memory, one.free)
        .collapse(one.cpu(), one.mm, table.above(), 2, FreeList.of(huge.head()));
    assertFalse(Pte.isFreed(value(table.pte())));
    assertTrue(
        new ZapHugePmd(one.kernel, one.memory, one.free).zapHugePmd(one.cpu(), one.mm, table));
    assertTrue(Pte.isFreed(value(table.pte())));
    assertEquals(0, value(table.pmd()));
    assertEquals(0, value(huge.head().refcount()));
    assertFalse(one.bug());
    assertFalse(
        new ZapHugePmd(one.kernel, one.memory, one.free).zapHugePmd(one.cpu(), one.mm, table));
  }

  private static boolean munmap(OneEntry one, Platform platform, boolean batched) {
    set(one.table.pte(), 0);
    Kernel kernel = new Kernel(Patch.of(one.kernel.state()), platform, Accesses.MARKED);
    return new FreePgtables(kernel, one.memory)
        .freePteRange(kernel.boot(one.engine), one.mm, one.table.above(), batched);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void munmapUnlinksFlushesWaitsAndFrees(KernelState state) {
    OneEntry byRcu = new OneEntry(state, 1);
    assertTrue(munmap(byRcu, Platform.ARM64, true));
    assertEquals(
        List.of(
            "PF11 load ONCE mm.pmd",
            "PF12 store ONCE mm.pmd=0",
            "PF13 mb",
            "PF14 synchronize_rcu",
            "PF1 store ONCE mm.pte=32768"),
        byRcu.did("PF.*"));
    OneEntry byIpi = new OneEntry(state, 1);
    assertTrue(munmap(byIpi, Platform.ARM64, false));
    assertEquals(List.of("PF15 smp_call_function(wait)"), byIpi.did("PF1[45]"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onX86_theFlushOfMunmapIsTheWait(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertTrue(munmap(one, Platform.X86, true));
    assertEquals(
        List.of("PF13 update FULL mm.tlb_gen", "PF13 smp_call_function(wait)"),
        one.did("PF1[345]"));
    set(one.table.pmd(), 0);
    assertFalse(munmap(one, Platform.X86, true));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableIsClearedBeforeItIsPutInPlace(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    PageTable table = PageTable.deposited(one.memory, "new", 0, 1);
    set(table.pte(), Pte.FREED);
    assertTrue(new PteAlloc(one.kernel).pteAlloc(one.cpu(), table));
    assertEquals(
        List.of(
            "PF20 store ONCE new.pte0=0",
            "PF21 lock new.pmd_lock",
            "PF22 load ONCE new.pmd",
            "PF23 smp_wmb",
            "PF24 store ONCE new.pmd=" + table.asPmd(),
            "PF25 unlock new.pmd_lock"),
        one.did("PF.*"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableThatIsNotNeededIsFreed(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    PageTable table = PageTable.deposited(one.memory, "new", one.table.asPmd(), 1);
    assertFalse(new PteAlloc(one.kernel).pteAlloc(one.cpu(), table));
    assertEquals(one.table.asPmd(), value(table.pmd()));
    assertTrue(Pte.isFreed(value(table.pte())));
  }
}
