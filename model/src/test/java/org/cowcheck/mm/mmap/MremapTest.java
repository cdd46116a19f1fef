package org.cowcheck.mm.mmap;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What mremap() moves, under which locks, and what it makes of an entry that is gone. */
final class MremapTest {
  private final OneEntry one = new OneEntry(KernelState.S3, 1);
  private final PageTable to = PageTable.deposited(one.memory, "to", 0, 1);
  private final PageTable frame0 = PageTable.of(one.memory, "frame0", Pte.FREED);
  private final FileMapping file = new FileMapping(one.memory, "file");

  private boolean move(Patch patch, Cpu cpu) {
    return new MoveNormalPmd(new Kernel(patch, Platform.ARM64, Accesses.MARKED), frame0)
        .mremap(cpu, file, one.mm, one.table.above(), to.above());
  }

  private Cpu meddling() {
    return one.cpuMeddledWithAt("MR3", () -> set(one.table.pmd(), 0));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theTableIsMovedAsAWhole(KernelState state) {
    assertTrue(move(Patch.of(state), one.cpu()));
    assertEquals(0, value(one.table.pmd()));
    assertEquals(one.table.asPmd(), value(to.pmd()));
    assertEquals(Pte.writable(one.page), one.pte());
    assertFalse(one.bug());
  }

  @Test
  void theOldEntryIsClearedBeforeTheNewOneIsStored_underBothLocks() {
    move(Patch.of(KernelState.S3), one.cpu());
    assertEquals(
        List.of(
            "MR6 lock mm.pmd_lock",
            "MR7 lock to.pmd_lock",
            "MR8 load ONCE mm.pmd",
            "MR10 store ONCE mm.pmd=0",
            "MR11 load ONCE to.pmd",
            "MR12 store ONCE to.pmd=" + one.table.asPmd(),
            "MR12 wmb",
            "MR13 mb",
            "MR14 unlock to.pmd_lock",
            "MR14 unlock mm.pmd_lock"),
        one.did("MR([6-9]|1[0-4])"));
  }

  @Test
  void whereThereIsNoTableNothingIsMoved() {
    set(one.table.pmd(), 0);
    assertFalse(move(Patch.of(KernelState.S3), one.cpu()));
    assertEquals(0, value(to.pmd()));
  }

  @Test
  void whereThereIsATableAlreadyNothingIsMoved() {
    set(to.pmd(), to.asPmd());
    assertFalse(move(Patch.of(KernelState.S3), one.cpu()));
    assertEquals(one.table.asPmd(), value(one.table.pmd()));
  }

  @Test
  void s3_takesAnEntryThatIsGoneForATableAtAddress0() {
    assertTrue(move(Patch.of(KernelState.S3), meddling()));
    assertEquals(frame0.asPmd(), value(to.pmd()));
  }

  /** 6fa1066fc5d0. */
  @Test
  void theSecondLookFindsThatTheEntryIsGone() {
    assertFalse(move(CollapsePatches.S3_WITH_LOCKLESS_RETRACT_AND_MREMAP_RECHECK, meddling()));
    assertEquals(0, value(to.pmd()));
    assertFalse(one.bug());
  }

  @Test
  void aTableThatAppearsMeanwhileIsABug() {
    move(Patch.of(KernelState.S3), one.cpuMeddledWithAt("MR11", () -> set(to.pmd(), to.asPmd())));
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void entriesAreMovedAsTheyAre(KernelState state) {
    OneEntry entry = new OneEntry(state, 1);
    PageTable from =
        PageTable.of(entry.memory, "from", Pte.writable(entry.page), Pte.swap(entry.slot), 0);
    PageTable target = PageTable.of(entry.memory, "target", 0, 0, 0, 5);
    new MovePtes(entry.kernel).move(entry.cpu(), entry.mm, from, target.at(1), 2);
    assertEquals(0, value(target.at(0).pte()));
    assertEquals(Pte.writable(entry.page), value(target.at(1).pte()));
    assertEquals(Pte.swap(entry.slot), value(target.at(2).pte()));
    assertEquals(5, value(target.at(3).pte()));
    assertEquals(0, value(from.at(0).pte()) | value(from.at(1).pte()));
    assertEquals(List.of("MR25 mb"), entry.did("MR25"));
  }

  @Test
  void withoutAPresentEntryNothingIsFlushed() {
    set(one.table.pte(), Pte.swap(one.slot));
    new MovePtes(one.kernel).move(one.cpu(), one.mm, one.table, to, 1);
    assertEquals(Pte.swap(one.slot), value(to.pte()));
    assertEquals(List.of(), one.did("MR25"));
  }

  /** Half of a huge page may be moved within its own page table. */
  @Test
  void withinOneTableItsLockIsTakenOnce() {
    PageTable table = PageTable.of(one.memory, "own", Pte.writable(one.page), 0);
    new MovePtes(one.kernel).move(one.cpu(), one.mm, table, table.at(1), 1);
    assertEquals(Pte.writable(one.page), value(table.at(1).pte()));
    assertEquals(List.of("MR20 lock own.ptl", "MR26 unlock own.ptl"), one.did("MR20|MR21|MR26"));
  }
}
