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

  public static final Patch S3_WITHOUT_COLLAPSE_COUNT =
      new Patch(
          "S3-without-collapse-count",
          "v6.1 whose collapse does not compare references and mappings of a page it has isolated",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("KH15")));

  public static final Patch S3_WITHOUT_TABLE_GRACE_PERIOD =
      new Patch(
          "S3-without-table-grace-period",
          "v6.1 whose munmap() frees page tables without RCU and without IPI",
          KernelState.S3,
          ImmutableList.of(new Edit.DropFence("PF14"), new Edit.DropFence("PF15")));

  public static final Patch S3_WITHOUT_RETRACT_LOCK =
      new Patch(
          "S3-without-retract-lock",
          "v6.1 whose collapse_pte_mapped_thp() does not take i_mmap_rwsem (8d3c106e19e8)",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("RP22")));

  /** Retraction without mmap_lock (1d65b771bc08). */
  private static final Edit LOCKLESS_RETRACT = new Edit.AddHunk("RP5");

  public static final Patch S3_WITH_LOCKLESS_RETRACT =
      new Patch(
          "S3-with-lockless-retract",
          "v6.1 with retract_page_tables() without mmap_lock (1d65b771bc08, v6.6)",
          KernelState.S3,
          ImmutableList.of(LOCKLESS_RETRACT));

  public static final Patch S3_WITH_LOCKLESS_RETRACT_AND_MREMAP_RECHECK =
      new Patch(
          "S3-with-lockless-retract-and-mremap-recheck",
          "v6.1 with 1d65b771bc08, and mremap() looks at the PMD entry again (6fa1066fc5d0)",
          KernelState.S3,
          ImmutableList.of(LOCKLESS_RETRACT, new Edit.AddHunk("MR9")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          S3_WITHOUT_PMD_RECHECK,
          S3_WITHOUT_COLLAPSE_SYNC,
          S3_WITHOUT_PMD_RECHECK_AND_COLLAPSE_SYNC,
          S3_WITHOUT_COLLAPSE_COUNT,
          S3_WITHOUT_TABLE_GRACE_PERIOD,
          S3_WITHOUT_RETRACT_LOCK,
          S3_WITH_LOCKLESS_RETRACT,
          S3_WITH_LOCKLESS_RETRACT_AND_MREMAP_RECHECK);

  private CollapsePatches() {}
}
