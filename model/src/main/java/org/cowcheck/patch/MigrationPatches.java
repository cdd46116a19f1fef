package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/**
 * The patches by name: the variants that bear on migration and on device pages.
 *
 * <p>Some leave out a hunk of the series that made PG_anon_exclusive survive migration
 * (6c287605fd56, "mm: remember exclusively mapped anonymous pages with PG_anon_exclusive").
 */
public final class MigrationPatches {
  public static final Patch S0_WITHOUT_COUNT =
      withoutCount(KernelState.S0, "S0-without-migrate-count", "v5.17");
  public static final Patch S2_WITHOUT_COUNT =
      withoutCount(KernelState.S2, "S2-without-migrate-count", "v5.19");
  public static final Patch S3_WITHOUT_COUNT =
      withoutCount(KernelState.S3, "S3-without-migrate-count", "v6.1");

  public static final Patch S0_WITHOUT_FREEZE =
      new Patch(
          "S0-without-migrate-freeze",
          "v5.17 without the frozen count in folio_migrate_mapping()",
          KernelState.S0,
          ImmutableList.of(new Edit.DropHunk("MG23")));
  public static final Patch S3_WITHOUT_FREEZE =
      withoutHunk(
          "S3-without-migrate-freeze",
          "v6.1 without the frozen count in folio_migrate_mapping()",
          "MG23");
  public static final Patch WITHOUT_SHARE =
      withoutHunk(
          "S3-without-migrate-share",
          "v6.1 without page_try_share_anon_rmap() in try_to_migrate_one()",
          "MG9");
  public static final Patch WITHOUT_READABLE_EXCLUSIVE =
      withoutHunk(
          "S3-without-readable-exclusive",
          "v6.1 without readable-exclusive entries in try_to_migrate_one()",
          "MG11");
  public static final Patch WITHOUT_RESTORE =
      withoutHunk(
          "S3-without-migrate-restore",
          "v6.1 without RMAP_EXCLUSIVE in remove_migration_pte()",
          "RG6");
  public static final Patch WITHOUT_READABLE =
      withoutHunk(
          "S3-without-migrate-readable",
          "v6.1 whose remove_migration_pte() takes readable entries for exclusive",
          "RG6a");
  public static final Patch WITHOUT_DEVICE_DUP =
      withoutHunk(
          "S3-without-device-private-dup",
          "v6.1 whose fork leaves PG_anon_exclusive of a device-private page set",
          "C33");
  public static final Patch WITHOUT_DEVICE_RESTORE =
      withoutHunk(
          "S3-without-device-exclusive-restore",
          "v6.1 whose fork copies a device-exclusive entry as it is",
          "C36");
  public static final Patch WITHOUT_DOWNGRADE =
      withoutHunk(
          "S3-without-migrate-downgrade",
          "v6.1 whose fork leaves the parent's migration entry as it is",
          "C30");
  public static final Patch WITHOUT_MPROTECT_EXCLUSIVE =
      withoutHunk(
          "S3-without-mprotect-exclusive",
          "v6.1 whose mprotect() makes writable migration entries merely readable",
          "MG61");
  public static final Patch WITHOUT_DEVICE_CLEAR =
      withoutHunk(
          "S3-without-device-clear",
          "v6.1 without __ClearPageAnonExclusive() in free_zone_device_page()",
          "MV55");
  public static final Patch SEED_WITHOUT_DEVICE_CLEAR =
      new Patch(
          "seed-without-device-clear",
          "the seed without its clearing of the flag in free_devmap_managed_page()",
          KernelState.S1,
          ImmutableList.of(new Edit.DropHunk("MV55")));
  public static final Patch WITH_POISON_CLEAR =
      new Patch(
          "S3-with-poison-clear",
          "v6.1 whose try_to_unmap_one() clears PG_anon_exclusive of a poisoned page",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("HW10a")));
  public static final Patch SEED_WITHOUT_DEVICE_WMB =
      new Patch(
          "seed-without-device-wmb",
          "the seed without its wmb() in free_devmap_managed_page()",
          KernelState.S1,
          ImmutableList.of(new Edit.DropFence("MV56")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          S0_WITHOUT_COUNT,
          S0_WITHOUT_FREEZE,
          SEED_WITHOUT_DEVICE_CLEAR,
          SEED_WITHOUT_DEVICE_WMB,
          S2_WITHOUT_COUNT,
          S3_WITHOUT_COUNT,
          S3_WITHOUT_FREEZE,
          WITHOUT_SHARE,
          WITHOUT_READABLE_EXCLUSIVE,
          WITHOUT_RESTORE,
          WITHOUT_READABLE,
          WITHOUT_DOWNGRADE,
          WITHOUT_DEVICE_DUP,
          WITHOUT_DEVICE_RESTORE,
          WITHOUT_MPROTECT_EXCLUSIVE,
          WITH_POISON_CLEAR,
          WITHOUT_DEVICE_CLEAR);

  private MigrationPatches() {}

  private static Patch withoutCount(KernelState state, String name, String version) {
    return new Patch(
        name,
        version + " without the look for extra references in folio_migrate_mapping()",
        state,
        ImmutableList.of(new Edit.DropRecheck("MG21")));
  }

  private static Patch withoutHunk(String name, String title, String label) {
    return new Patch(name, title, KernelState.S3, ImmutableList.of(new Edit.DropHunk(label)));
  }
}
