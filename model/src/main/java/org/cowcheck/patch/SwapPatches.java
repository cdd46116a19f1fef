package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on swap and on discarding pages. */
public final class SwapPatches {
  private static final Edit BATCH = new Edit.AddHunk("LB4");

  public static final Patch S0_WITHOUT_PIN_CHECK =
      new Patch(
          "S0-without-feb889fb40fa",
          "v5.17 without the pin check of shrink_page_list() (feb889fb40fa)",
          KernelState.S0,
          ImmutableList.of(new Edit.DropHunk("U2")));

  public static final Patch WITHOUT_LAZYFREE_COUNT =
      new Patch(
          "S3-without-6c8e2a256915",
          "v6.1 without the reference count of MADV_FREE pages (6c8e2a256915)",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("MF1")));

  public static final Patch WITHOUT_LAZYFREE_MB =
      new Patch(
          "S3-without-lazyfree-mb",
          "v6.1 without the smp_mb() before the count of MADV_FREE pages",
          KernelState.S3,
          ImmutableList.of(new Edit.DropFence("MF1")));

  public static final Patch WITHOUT_LAZYFREE_RMB =
      new Patch(
          "S3-without-lazyfree-rmb",
          "v6.1 without the smp_rmb() between count and PG_dirty of MADV_FREE pages",
          KernelState.S3,
          ImmutableList.of(new Edit.DropFence("MF3")));

  /** One look for all entries of a large folio. */
  public static final Patch LAZYFREE_BATCH =
      new Patch(
          "S3-with-354dffd29575",
          "v6.1 with reclaim of large MADV_FREE folios in batches (354dffd29575)",
          KernelState.S3,
          ImmutableList.of(BATCH));

  public static final Patch LAZYFREE_BATCH_WITHOUT_COUNT =
      new Patch(
          "S3-with-354dffd29575-without-count",
          "v6.1 with reclaim of large MADV_FREE folios in batches, without the reference count",
          KernelState.S3,
          ImmutableList.of(BATCH, new Edit.DropHunk("LB8")));

  public static final Patch LAZYFREE_BATCH_WITHOUT_MB =
      new Patch(
          "S3-with-354dffd29575-without-mb",
          "v6.1 with reclaim of large MADV_FREE folios in batches, without the smp_mb() before the"
              + " count",
          KernelState.S3,
          ImmutableList.of(BATCH, new Edit.DropFence("LB8")));

  public static final Patch LAZYFREE_BATCH_WITHOUT_RMB =
      new Patch(
          "S3-with-354dffd29575-without-rmb",
          "v6.1 with reclaim of large MADV_FREE folios in batches, without the smp_rmb() between"
              + " count and PG_dirty",
          KernelState.S3,
          ImmutableList.of(BATCH, new Edit.DropFence("LB10")));

  /** The fix of CVE-2026-31398. */
  public static final Patch LAZYFREE_BATCH_FIXED =
      new Patch(
          "S3-with-29f40594a281",
          "v6.1 with reclaim of large MADV_FREE folios in batches that respect write permission"
              + " (29f40594a281)",
          KernelState.S3,
          ImmutableList.of(BATCH, new Edit.AddHunk("LB5")));

  public static final Patch WITHOUT_STABLE_WRITES =
      new Patch(
          "S3-without-stable-writes",
          "v6.1 whose swap-in keeps an exclusive page so under writeback that needs stable pages",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("I7a")));

  public static final Patch SWAPCACHE_PREPARE =
      new Patch(
          "S3-with-13ddaf26be32",
          "v6.1 whose swap-in without swap cache sets SWAP_HAS_CACHE (13ddaf26be32)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("I2d")));

  public static final Patch WITHOUT_PTE_SAME =
      new Patch(
          "S3-without-swap-in-pte-same",
          "v6.1 whose do_swap_page() does not look at the PTE again",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("I5")));

  public static final Patch WITHOUT_RECHECKS =
      new Patch(
          "S3-without-swap-in-rechecks",
          "v6.1 whose do_swap_page() looks neither at the PTE nor at the swap cache again",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("I3a"), new Edit.DropRecheck("I5")));

  public static final Patch WITHOUT_REPLACE_PTE_SAME =
      new Patch(
          "S3-without-replace-page-pte-same",
          "v6.1 whose replace_page() of KSM does not look at the PTE again",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("M12e")));

  public static final Patch UFFD_MOVE = uffdMove("adef440691ba", "UFFDIO_MOVE as in v6.8", "UM1");

  public static final Patch UFFD_MOVE_CACHED =
      uffdMove("c50f8e6053b0", "UFFDIO_MOVE that moves pages of the swap cache", "UM1", "UM20");

  public static final Patch UFFD_MOVE_RECHECKED =
      uffdMove(
          "0ea148a79919", "UFFDIO_MOVE that looks at the swap cache again", "UM1", "UM20", "UM22");

  public static final Patch UFFD_MOVE_WITHOUT_M1 =
      new Patch(
          "S3-with-adef440691ba-without-M1",
          "v6.1 with UFFDIO_MOVE as in v6.8, without the barrier after the pin in try_grab_folio()",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("UM1"), new Edit.DropFence("G12")));

  public static final Patch UFFD_MOVE_WITHOUT_RECHECK =
      new Patch(
          "S3-with-adef440691ba-without-pin-recheck",
          "v6.1 with UFFDIO_MOVE as in v6.8, without its second look for pins",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("UM1"), new Edit.DropRecheck("UM9")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          S0_WITHOUT_PIN_CHECK,
          WITHOUT_LAZYFREE_COUNT,
          WITHOUT_LAZYFREE_MB,
          WITHOUT_LAZYFREE_RMB,
          LAZYFREE_BATCH,
          LAZYFREE_BATCH_WITHOUT_COUNT,
          LAZYFREE_BATCH_WITHOUT_MB,
          LAZYFREE_BATCH_WITHOUT_RMB,
          LAZYFREE_BATCH_FIXED,
          WITHOUT_STABLE_WRITES,
          WITHOUT_PTE_SAME,
          WITHOUT_RECHECKS,
          WITHOUT_REPLACE_PTE_SAME,
          SWAPCACHE_PREPARE,
          UFFD_MOVE,
          UFFD_MOVE_WITHOUT_M1,
          UFFD_MOVE_WITHOUT_RECHECK,
          UFFD_MOVE_CACHED,
          UFFD_MOVE_RECHECKED);

  private SwapPatches() {}

  private static Patch uffdMove(String commit, String what, String... hunks) {
    ImmutableList.Builder<Edit> edits = ImmutableList.builder();
    for (String hunk : hunks) {
      edits.add(new Edit.AddHunk(hunk));
    }
    return new Patch(
        "S3-with-" + commit,
        "v6.1 with " + what + " (" + commit + ")",
        KernelState.S3,
        edits.build());
  }
}
