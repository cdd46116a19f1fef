package org.cowcheck.mm.mmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which entries mprotect(PROT_WRITE) makes writable at once. */
final class ProtectTest {
  private static void permitWrites(OneEntry one) {
    new Protect(one.kernel, one.memory).permitWrites(one.cpu(), one.mm, one.table);
  }

  private static OneEntry dirty(OneEntry one) {
    OneEntry.set(one.table.pte(), Pte.readOnly(one.page) | Pte.DIRTY);
    return one;
  }

  /** 64fe24a3e05e came with v6.0. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onlyS3_makesADirtyExclusivePageWritable(KernelState state) {
    OneEntry one = dirty(new OneEntry(state, 1025));
    permitWrites(one);
    assertEquals(state == KernelState.S3, Pte.writable(one.pte()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSharedPageWaitsForTheWriteFault(KernelState state) {
    OneEntry one = dirty(new OneEntry(state, 2).shared());
    permitWrites(one);
    assertEquals(Pte.readOnly(one.page) | Pte.DIRTY, one.pte());
  }

  @Test
  void aCleanEntryWaitsForTheWriteFault() {
    OneEntry one = new OneEntry(KernelState.S3, 1).readOnly();
    permitWrites(one);
    assertEquals(Pte.readOnly(one.page), one.pte());
  }

  @Test
  void aPageThatUserfaultfdProtectsStaysProtected() {
    OneEntry one = dirty(new OneEntry(KernelState.S3, 1));
    OneEntry.set(one.table.pte(), one.pte() | Pte.UFFD_WP);
    permitWrites(one);
    assertEquals(Pte.readOnly(one.page) | Pte.DIRTY | Pte.UFFD_WP, one.pte());
  }

  @Test
  void aPageCachePageWaitsForTheWriteFault() {
    OneEntry one = new OneEntry(KernelState.S3, 1);
    Page file = PageCache.mapped(one.memory, "file");
    OneEntry.set(one.table.pte(), Pte.readOnly(file) | Pte.DIRTY);
    permitWrites(one);
    assertEquals(Pte.readOnly(file) | Pte.DIRTY, one.pte());
  }

  /** A new entry has the protection of the mapping, which is never that of a private page. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWritableEntryKeepsThePermissionInS3Alone(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    permitWrites(one);
    assertEquals(state == KernelState.S3, Pte.writable(one.pte()));
  }

  @Test
  void withoutTheTestASharedPageBecomesWritable() {
    OneEntry one = dirty(new OneEntry(SlowGupPatches.BLIND_UPGRADE, 2).shared());
    permitWrites(one);
    assertEquals(Pte.writable(one.page), one.pte());
  }

  /** pte_needs_flush() of x86, since v5.19. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anEntryThatStaysAsItIsNeedsAFlushEverywhereButOnNewerX86(KernelState state) {
    boolean isNew = state == KernelState.S2 || state == KernelState.S3;
    for (Platform platform : Platform.values()) {
      OneEntry one = new OneEntry(new Kernel(Patch.of(state), platform, Accesses.MARKED), 2);
      one.readOnly().shared();
      new Protect(one.kernel, one.memory).changePteRange(one.cpu(), one.mm, one.table);
      assertEquals(isNew && platform == Platform.X86, one.did("Q6").isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void withoutAnEntryNothingIsFlushed(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    permitWrites(one);
    assertEquals(List.of(), one.did("Q3|Q6"));
  }
}
