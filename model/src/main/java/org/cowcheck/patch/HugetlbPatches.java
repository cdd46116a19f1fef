package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;

/** The patches by name: the variants that bear on hugetlb pages. */
public final class HugetlbPatches {
  private static final ImmutableList<Edit> NO_SEQ = ImmutableList.of(new Edit.DropHunk("HC2"));

  private static final ImmutableList<Patch> FORK =
      ImmutableList.of(
          new Patch(
              "S0-with-hugetlb-write-protect-seq",
              "v5.17 with write_protect_seq in copy_hugetlb_page_range() (623a1ddfeb23)",
              KernelState.S0,
              ImmutableList.of(new Edit.AddHunk("HC2"))),
          new Patch(
              "S2-without-hugetlb-write-protect-seq",
              "v5.19 without write_protect_seq in copy_hugetlb_page_range() (623a1ddfeb23)",
              KernelState.S2,
              NO_SEQ),
          new Patch(
              "S3-without-hugetlb-write-protect-seq",
              "v6.1 without write_protect_seq in copy_hugetlb_page_range() (623a1ddfeb23)",
              KernelState.S3,
              NO_SEQ),
          new Patch(
              "S3-with-hugetlb-fork-mb",
              "v6.1 with smp_mb() in copy_hugetlb_page_range() once write_protect_seq is odd",
              KernelState.S3,
              ImmutableList.of(new Edit.InsertAfter("HC2", Fence.SMP_MB))));

  private static final ImmutableList<Edit> READER_RMB =
      ImmutableList.of(new Edit.InsertAfter("T2", Fence.SMP_RMB));
  private static final Edit NO_WMB = new Edit.DropFence("HR4");

  private static final ImmutableList<Patch> FREE =
      ImmutableList.of(
          new Patch(
              "seed-without-hugetlb-wmb",
              "the seed without its wmb() in free_huge_page()",
              KernelState.S1,
              ImmutableList.of(NO_WMB)),
          new Patch(
              "seed-without-hugetlb-wmb-with-reader-rmb",
              "smp_rmb() in PageSlab(), but no wmb() in free_huge_page()",
              KernelState.S1,
              ImmutableList.<Edit>builder().add(NO_WMB).addAll(READER_RMB).build()),
          new Patch(
              "seed-without-hugetlb-clear",
              "the seed without its clearing of the flag in free_huge_page()",
              KernelState.S1,
              ImmutableList.of(new Edit.DropHunk("HR3"))));

  private static final ImmutableList<Patch> UNSHARE =
      ImmutableList.of(
          new Patch(
              "seed-with-gup-huge-pud-unshare",
              "the seed with gup_must_unshare() in gup_huge_pud() and gup_hugepte(), as in v1",
              KernelState.S1,
              ImmutableList.of(new Edit.AddHunk("HG4"))),
          new Patch(
              "S2-without-gup-huge-pud-unshare",
              "v5.19 without gup_must_unshare() in gup_huge_pud() and gup_hugepte(), as the seed",
              KernelState.S2,
              ImmutableList.of(new Edit.DropHunk("HG4"))));

  private static final Patch UFFD_WP =
      new Patch(
          "S3-with-hugetlb-wp-uffd-wp-check",
          "v6.1 with the look for uffd-wp in hugetlb_wp() (60d5b473d61b)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("HX1")));

  private static final Patch UNSHARE_SYNC =
      new Patch(
          "S3-with-huge-pmd-unshare-sync",
          "v6.1 with tlb_remove_table_sync_one() in huge_pmd_unshare() (1013af4f585f)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("HS12")));

  private static final ImmutableList<Patch> FOLLOW_PAGE =
      ImmutableList.of(
          new Patch(
              "S2-with-huge-page-table-lock",
              "v5.19 with huge_pte_lock() in follow_page() of a CONT-PTE page (fac35ba763ed)",
              KernelState.S2,
              ImmutableList.of(new Edit.AddHunk("HL20"))),
          new Patch(
              "S3-without-huge-page-table-lock",
              "v6.1 without huge_pte_lock() in follow_page() of a CONT-PTE page (fac35ba763ed)",
              KernelState.S3,
              ImmutableList.of(new Edit.DropHunk("HL20"))));

  private static final Patch NO_RECHECK =
      new Patch(
          "S3-without-gup-huge-pmd-recheck",
          "v6.1 without the second look of gup_huge_pmd() at the entry",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("HG3")));

  private static final Edit RMAP_WMB = new Edit.InsertAfter("HN7", Fence.SMP_WMB);

  private static final Patch NEW_RMAP_WMB =
      new Patch(
          "S3-with-hugetlb-new-rmap-wmb",
          "v6.1 with smp_wmb() at the end of hugepage_add_new_anon_rmap()",
          KernelState.S3,
          ImmutableList.of(RMAP_WMB));

  private static final Patch NO_SECOND_ZERO =
      new Patch(
          "S3-without-hugetlb-pincount-reset",
          "v6.1 with hugepage_add_new_anon_rmap() that leaves compound_pincount alone",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("HN1a")));

  private static final Patch REUSE_BY_COUNT =
      new Patch(
          "S3-with-hugetlb-new-rmap-wmb-and-reuse-by-count",
          "v6.1 with smp_wmb() in hugepage_add_new_anon_rmap(), and hugetlb_wp() that reuses a page"
              + " only if nobody else has a reference",
          KernelState.S3,
          ImmutableList.of(RMAP_WMB, new Edit.AddHunk("HX2a")));

  private static final Patch SECOND_LOOK =
      new Patch(
          "S3-with-hugetlb-new-rmap-wmb-and-second-look",
          "v6.1 with smp_wmb() in hugepage_add_new_anon_rmap(), and GUP-fast that looks at a huge entry"
              + " again after PG_anon_exclusive",
          KernelState.S3,
          ImmutableList.of(RMAP_WMB, new Edit.AddHunk("HG4a")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.<Patch>builder()
          .addAll(FORK)
          .addAll(FREE)
          .addAll(UNSHARE)
          .add(
              UFFD_WP,
              UNSHARE_SYNC,
              NO_RECHECK,
              NEW_RMAP_WMB,
              NO_SECOND_ZERO,
              REUSE_BY_COUNT,
              SECOND_LOOK)
          .addAll(FOLLOW_PAGE)
          .build();

  private HugetlbPatches() {}

  /** The kernel states, and the variants that bear on fork of hugetlb. */
  public static ImmutableList<Patch> fork() {
    return Patches.statesAnd(FORK.toArray(Patch[]::new));
  }

  /** The patches that bear on PageSlab() of a page of hugetlb that is freed. */
  public static ImmutableList<Patch> free() {
    return ImmutableList.<Patch>builder().addAll(Patches.pageSlab()).addAll(FREE).build();
  }

  /** The kernel states, and the variants that bear on read-only pins of hugetlb. */
  public static ImmutableList<Patch> unshare() {
    return Patches.statesAnd(UNSHARE.toArray(Patch[]::new));
  }

  /** The kernel states, and the variants that bear on new pages of hugetlb. */
  public static ImmutableList<Patch> newPage() {
    return Patches.statesAnd(NEW_RMAP_WMB, NO_SECOND_ZERO);
  }

  /** The kernel states, and the variants that bear on the reuse of a page of hugetlb. */
  public static ImmutableList<Patch> reuse() {
    return Patches.statesAnd(NEW_RMAP_WMB, REUSE_BY_COUNT, SECOND_LOOK);
  }

  /** The kernel states that have uffd-wp of hugetlb, and the variant that bears on it. */
  public static ImmutableList<Patch> uffdWp() {
    return ImmutableList.of(Patch.of(KernelState.S2), Patch.of(KernelState.S3), UFFD_WP);
  }

  /** The kernel states, and the variant that bears on tables of PMD entries that are shared. */
  public static ImmutableList<Patch> unsharePmd() {
    return Patches.statesAnd(UNSHARE_SYNC);
  }

  /** The kernel states, and the variants that bear on the lock of a CONT-PTE page. */
  public static ImmutableList<Patch> followPage() {
    return Patches.statesAnd(FOLLOW_PAGE.toArray(Patch[]::new));
  }

  /** The kernel states, and the variant that bears on migration of hugetlb. */
  public static ImmutableList<Patch> migration() {
    return Patches.statesAnd(NO_RECHECK);
  }
}
