package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on transparent huge pages. */
public final class ThpPatches {
  private static final Edit ONLY_PRESENT = new Edit.AddHunk("SP3");
  private static final Edit AS_GENERIC = new Edit.AddHunk("GH1");

  /** What CVE-2020-29368 was about. */
  public static final Patch S0_WITHOUT_SPLIT_PAGE_LOCK =
      new Patch(
          "S0-without-c444eb564fb1",
          "v5.17 whose __split_huge_pmd() does not lock the page (c444eb564fb1)",
          KernelState.S0,
          ImmutableList.of(new Edit.DropHunk("SP20")));

  /** The fix of 3a5a8d343e1c. */
  public static final Patch PRESENT_ONLY =
      new Patch(
          "S3-with-present-only-invalidate",
          "v6.1 with pmdp_invalidate() of present PMD entries alone (3a5a8d343e1c)",
          KernelState.S3,
          ImmutableList.of(ONLY_PRESENT));

  /** An architecture without a pmd_access_permitted() of its own. */
  public static final Patch GENERIC_PERMITTED =
      new Patch(
          "S3-with-generic-pmd-access-permitted",
          "v6.1 with the generic pmd_access_permitted(), which asks pmd_present()",
          KernelState.S3,
          ImmutableList.of(AS_GENERIC));

  /** The mask that the seed means to use. */
  public static final Patch SEED_SPLIT_MASK =
      new Patch(
          "seed-with-split-mask",
          "the seed with the mask in __split_huge_page_tail() that was meant",
          KernelState.S1,
          ImmutableList.of(new Edit.AddHunk("SH6")));

  /** The caller that 5afb4bf9fc62 mends. */
  public static final Patch UNPIN_OF_HEAD =
      new Patch(
          "S3-with-unpin-of-the-head",
          "v6.1 with a caller that unpins the head, whichever page was pinned (5afb4bf9fc62)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("HP8")));

  /** That architecture, with the fix of 3a5a8d343e1c. */
  public static final Patch GENERIC_FIXED =
      new Patch(
          "S3-with-generic-pmd-access-permitted-and-present-only-invalidate",
          "v6.1 with the generic pmd_access_permitted(), and 3a5a8d343e1c",
          KernelState.S3,
          ImmutableList.of(AS_GENERIC, ONLY_PRESENT));

  /** The order that SplitHugePage lacks. */
  public static final Patch SPLIT_HEAD_RELEASE =
      new Patch(
          "S3-with-split-head-release",
          "v6.1 with a release where split_huge_page() unfreezes the head",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("SH15a")));

  /** What closes it by accident. */
  public static final Patch NUMA_BALANCING =
      new Patch(
          "S3-with-numa-balancing",
          "v6.1 with CONFIG_NUMA_BALANCING, whose page_cpupid_xchg_last() is a cmpxchg",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("SH11a")));

  /** Reuse of pages of huge pages that PTEs map. */
  public static final Patch REUSE =
      new Patch(
          "S3-with-thp-reuse",
          "v6.1 with COW reuse of huge pages that PTEs map (1da190f4d0a6)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("WH30")));

  /** The same, with its check the right way round. */
  public static final Patch REUSE_FIXED =
      new Patch(
          "S3-with-thp-reuse-fixed",
          "v6.1 with COW reuse of huge pages that PTEs map, and 4b7c0857f87a",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("WH30"), new Edit.AddHunk("WH33")));

  /** Nothing else orders a new huge page before its PMD entry. */
  public static final Patch RELAXED_BATCH_PUT =
      new Patch(
          "S3-with-relaxed-batch-put",
          "v6.1 whose LRU batch drops its reference of a new huge page without ordering",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("LR5")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          S0_WITHOUT_SPLIT_PAGE_LOCK,
          SEED_SPLIT_MASK,
          PRESENT_ONLY,
          GENERIC_PERMITTED,
          GENERIC_FIXED,
          UNPIN_OF_HEAD,
          SPLIT_HEAD_RELEASE,
          NUMA_BALANCING,
          REUSE,
          REUSE_FIXED,
          RELAXED_BATCH_PUT);

  private ThpPatches() {}
}
