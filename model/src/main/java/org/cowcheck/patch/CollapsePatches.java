package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on collapse and on page tables that go away. */
public final class CollapsePatches {
  /** GUP-fast does not look at the PMD entry again (before 70cbc3cc78a9). */
  private static final Edit NO_PMD_RECHECK = new Edit.DropRecheck("G13");

  /** Collapse does not wait for GUP-fast (before 2ba99c5e0881). */
  private static final ImmutableList<Edit> NO_COLLAPSE_SYNC =
      ImmutableList.of(new Edit.DropHunk("KH6"), new Edit.DropHunk("RP8"));

  public static final Patch S3_WITHOUT_PMD_RECHECK =
      new Patch(
          "S3-without-pmd-recheck",
          "v6.1 without GUP-fast's second look at the PMD entry (70cbc3cc78a9)",
          KernelState.S3,
          ImmutableList.of(NO_PMD_RECHECK));

  public static final Patch S3_WITHOUT_COLLAPSE_SYNC =
      new Patch(
          "S3-without-collapse-sync",
          "v6.1 without tlb_remove_table_sync_one() in collapse and retraction (2ba99c5e0881)",
          KernelState.S3,
          NO_COLLAPSE_SYNC);

  public static final Patch S3_WITHOUT_PMD_RECHECK_AND_COLLAPSE_SYNC =
      new Patch(
          "S3-without-pmd-recheck-and-collapse-sync",
          "v6.1 without 70cbc3cc78a9 and without 2ba99c5e0881",
          KernelState.S3,
          ImmutableList.<Edit>builder().add(NO_PMD_RECHECK).addAll(NO_COLLAPSE_SYNC).build());

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          S3_WITHOUT_PMD_RECHECK,
          S3_WITHOUT_COLLAPSE_SYNC,
          S3_WITHOUT_PMD_RECHECK_AND_COLLAPSE_SYNC);

  private CollapsePatches() {}
}
