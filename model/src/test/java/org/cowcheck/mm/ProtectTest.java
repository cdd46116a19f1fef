package org.cowcheck.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.patch.KernelState;
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
}
