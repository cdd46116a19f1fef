package org.cowcheck.mm.mmap;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.daemon.CollapsePteMappedThp;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Page tables that map a huge page of a file: who takes them away, and who unmaps by the file. */
final class FileTableTest {

  /** A huge page of a file, of which entries map both pages; the page cache has a reference. */
  private static final class Setting {
    final OneEntry one;
    final PageBlock huge;
    final PageTable table;
    final FileMapping file;

    Setting(KernelState state) {
      one = new OneEntry(state, 1);
      huge =
          PageBlock.compound(
              one.memory,
              "huge",
              PageBlock.Compound.UNMAPPED,
              new PageState(bit(PG_UPTODATE), 0x3000, 4, 0),
              new PageState(0, Page.TAIL_MAPPING, 0, 0));
      table =
          PageTable.of(
              one.memory, "file", Pte.readOnly(huge.head()), Pte.readOnly(huge.pages().get(1)));
      file = new FileMapping(one.memory, "file");
    }

    boolean collapse(Kernel kernel, Cpu engine) {
      return new CollapsePteMappedThp(kernel, one.memory, one.free)
          .collapse(kernel.boot(engine), file, one.mm, table.above(), huge);
    }

    boolean collapse() {
      return collapse(one.kernel, one.engine);
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theTableIsTakenAwayWithTheReferencesOfItsEntries(KernelState state) {
    Setting setting = new Setting(state);
    assertTrue(setting.collapse());
    assertEquals(0, value(setting.table.pmd()));
    assertTrue(Pte.isFreed(value(setting.table.pte())));
    assertEquals(1, value(setting.huge.head().refcount()));
    assertEquals(-1, value(setting.huge.head().mapcount()));
    assertEquals(-1, value(setting.huge.pages().get(1).mapcount()));
    assertFalse(has(setting.huge.head(), PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTableThatMapsAnotherPageIsKept(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.at(1).pte(), Pte.readOnly(setting.one.page));
    assertFalse(setting.collapse());
    assertEquals(setting.table.asPmd(), value(setting.table.pmd()));
    assertEquals(3, value(setting.huge.head().refcount()));
    assertEquals(0, value(setting.huge.head().mapcount()));
    assertFalse(has(setting.huge.head(), PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSwapEntryIsKept(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.at(1).pte(), Pte.swap(setting.one.slot));
    assertFalse(setting.collapse());
    assertEquals(setting.table.asPmd(), value(setting.table.pmd()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void nothingIsDoneWithoutMmapLockOrPageLockOrTable(KernelState state) {
    Setting mmap = new Setting(state);
    new HardwareCpu().spin_lock(mmap.one.mm.mmapLock());
    assertFalse(mmap.collapse(mmap.one.kernel, new HardwareCpu()));
    Setting locked = new Setting(state);
    set(locked.huge.head().flags(), bit(PG_LOCKED));
    assertFalse(locked.collapse());
    assertTrue(has(locked.huge.head(), PG_LOCKED));
    Setting none = new Setting(state);
    set(none.table.pmd(), 0);
    assertFalse(none.collapse());
  }

  private static List<String> locksOf(Patch patch) {
    Setting setting = new Setting(patch.base());
    setting.collapse(new Kernel(patch, Platform.ARM64, Accesses.MARKED), setting.one.engine);
    return setting.one.did("RP.*").stream().filter(line -> line.contains("lock ")).toList();
  }

  /** 8d3c106e19e8. */
  @Test
  void s3_takesTheLockOfTheFileInsteadOfThatOfThePmd() {
    assertEquals(
        List.of(
            "RP20 trylock mm.mmap_lock",
            "RP22 lock file.i_mmap_rwsem",
            "RP24 lock file.ptl",
            "RP27 unlock file.ptl",
            "RP29 unlock file.i_mmap_rwsem",
            "RP32 unlock mm.mmap_lock"),
        locksOf(Patch.of(KernelState.S3)));
    assertEquals(
        List.of(
            "RP20 trylock mm.mmap_lock",
            "RP24 lock file.ptl",
            "RP27 unlock file.ptl",
            "RP4 lock file.pmd_lock",
            "RP7 unlock file.pmd_lock",
            "RP32 unlock mm.mmap_lock"),
        locksOf(Patch.of(KernelState.S2)));
    assertFalse(
        locksOf(CollapsePatches.S3_WITHOUT_RETRACT_LOCK).toString().contains("i_mmap_rwsem"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTruncationUnmapsByTheFile(KernelState state) {
    Setting setting = new Setting(state);
    assertEquals(
        2,
        new UnmapMappingRange(setting.one.kernel, setting.one.memory, setting.one.free)
            .unmap(setting.one.cpu(), setting.file, setting.one.mm, setting.table.above()));
    assertEquals(0, value(setting.table.at(0).pte()) | value(setting.table.at(1).pte()));
    assertEquals(setting.table.asPmd(), value(setting.table.pmd()));
    assertEquals(-1, value(setting.huge.head().mapcount()));
    assertEquals(2, value(setting.huge.head().refcount()));
    assertEquals(List.of("RP47 mb"), setting.one.did("RP47"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aStoreGoesToThePageThatAHugeEntryMaps(KernelState state) {
    Setting setting = new Setting(state);
    set(setting.table.pmd(), Pte.writable(setting.huge.head()) | Pte.HUGE);
    UserAccess user = new UserAccess(setting.one.kernel, setting.one.memory, setting.one.free);
    Cpu cpu = setting.one.cpu();
    assertTrue(user.write(cpu, setting.one.mm, setting.table.at(1), 8, FreeList.of()));
    assertEquals(8, value(setting.huge.pages().get(1).contents()));
    assertEquals(0, value(setting.huge.head().contents()));
    assertTrue(setting.one.noted(UserAccess.WRITTEN, 8));
    assertTrue(user.write(cpu, setting.one.mm, setting.one.table, 9, FreeList.of()));
    assertEquals(9, value(setting.one.page.contents()));
  }
}
