package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;

/** The patches by name: the variants that bear on those who look at pages without mapping them. */
public final class WalkerPatches {
  /** Wilcox, 9 Mar 2022: page_folio() once. */
  public static final Patch SEED_WITH_PAGE_FOLIO_ONCE =
      seed(
          "seed-with-page-folio-once",
          "the seed with one load of compound_head in PageSlab()",
          new Edit.DropHunk("T3"));

  public static final Patch SEED_WITH_TAIL_WMB =
      seed(
          "seed-with-tail-wmb",
          "the seed with wmb() after the flag of a tail is cleared",
          new Edit.InsertAfter("FT1", Fence.WMB));

  public static final Patch SEED_WITH_TAIL_WMB_AND_READER_RMB =
      seed(
          "seed-with-tail-wmb-and-reader-rmb",
          "the seed with wmb() after the flag of a tail is cleared, and smp_rmb() in PageSlab()",
          new Edit.InsertAfter("FT1", Fence.WMB),
          new Edit.InsertAfter("T2", Fence.SMP_RMB),
          new Edit.InsertAfter("T6", Fence.SMP_RMB));

  public static final Patch SEED_WITHOUT_MAPPING_TEST =
      seed(
          "seed-without-mapping-test",
          "the seed with a PageSlab() that looks at the flag alone",
          new Edit.DropHunk("T2"));

  public static final Patch WITHOUT_MEMORY_FAILURE_HUNK =
      seed(
          "seed-without-memory-failure-hunk",
          "the seed without PageAnon() in identify_page_state()",
          new Edit.DropHunk("MX16"));

  public static final Patch S3_WITH_ATOMIC_FREE =
      s3(
          "S3-with-atomic-free",
          "v6.1 with atomic updates of flags on free and for slab pages",
          new Edit.MakeAtomic("F4"),
          new Edit.MakeAtomic("F13"),
          new Edit.MakeAtomic("L2"),
          new Edit.MakeAtomic("L5"));

  private static final Edit LIST = new Edit.AddHunk("L3a");
  private static final Edit WRITER = new Edit.AddHunk("L2a");
  private static final Edit READER = new Edit.AddHunk("IM3");

  public static final Patch SLAB_LIST =
      s3(
          "S3-with-slab-list-over-mapping",
          "v6.1 with slab_list over mapping (130d4df57390) alone",
          LIST);

  public static final Patch SLAB_SKIP =
      s3(
          "S3-with-slab-skip",
          "v6.1 with slab_list over mapping, and 8b8817630ae8 before it",
          LIST,
          WRITER,
          READER);

  public static final Patch SLAB_SKIP_WITHOUT_ALLOC_WMB =
      s3(
          "S3-with-slab-skip-without-alloc-wmb",
          "as S3-with-slab-skip, without smp_wmb() in alloc_slab_page()",
          LIST,
          WRITER,
          READER,
          new Edit.DropFence("L2a"));

  public static final Patch SLAB_SKIP_WITHOUT_FREE_WMB =
      s3(
          "S3-with-slab-skip-without-free-wmb",
          "as S3-with-slab-skip, without smp_wmb() in __free_slab()",
          LIST,
          WRITER,
          READER,
          new Edit.DropFence("L6a"));

  public static final Patch SLAB_SKIP_WITHOUT_RMB =
      s3(
          "S3-with-slab-skip-without-rmb",
          "as S3-with-slab-skip, without smp_rmb() in isolate_movable_page()",
          LIST,
          WRITER,
          READER,
          new Edit.DropFence("IM4"),
          new Edit.DropFence("IM6"));

  public static final Patch SLAB_SKIP_ONCE =
      s3(
          "S3-with-slab-skip-once",
          "as S3-with-slab-skip, without the second look at PG_slab",
          LIST,
          WRITER,
          READER,
          new Edit.DropRecheck("IM7"));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          SEED_WITH_PAGE_FOLIO_ONCE,
          SEED_WITH_TAIL_WMB,
          SEED_WITH_TAIL_WMB_AND_READER_RMB,
          SEED_WITHOUT_MAPPING_TEST,
          WITHOUT_MEMORY_FAILURE_HUNK,
          S3_WITH_ATOMIC_FREE,
          SLAB_LIST,
          SLAB_SKIP,
          SLAB_SKIP_WITHOUT_ALLOC_WMB,
          SLAB_SKIP_WITHOUT_FREE_WMB,
          SLAB_SKIP_WITHOUT_RMB,
          SLAB_SKIP_ONCE);

  private WalkerPatches() {}

  private static Patch seed(String name, String title, Edit... edits) {
    return new Patch(name, title, KernelState.S1, ImmutableList.copyOf(edits));
  }

  private static Patch s3(String name, String title, Edit... edits) {
    return new Patch(name, title, KernelState.S3, ImmutableList.copyOf(edits));
  }
}
