package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;

/**
 * The patches that cowcheck knows by name.
 *
 * <p>The seed is "mm/page-flags: reuse PG_slab as PG_anon_exclusive for PageAnon() pages" (RFC
 * 08/13, 24 Feb 2022, 20220224122614.94921-9-david@redhat.com), as part of its series. Labels are
 * those of {@code mm}: F8 and F9 are the seed's hunk in free_pages_prepare() and its wmb(), T2 and
 * T6 the mapping loads of its PageSlab() and folio_test_slab().
 */
public final class Patches {
  private static final Edit NO_WMB = new Edit.DropFence("F9");
  private static final ImmutableList<Edit> READER_RMB =
      ImmutableList.of(
          new Edit.InsertAfter("T2", Fence.SMP_RMB), new Edit.InsertAfter("T6", Fence.SMP_RMB));

  private static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          Patch.of(KernelState.S0),
          new Patch(
              "seed",
              "the RFC series as posted: wmb() on free",
              KernelState.S1,
              ImmutableList.of()),
          new Patch(
              "seed-without-wmb",
              "the seed without its wmb() on free",
              KernelState.S1,
              ImmutableList.of(NO_WMB)),
          new Patch(
              "seed-with-reader-rmb",
              "the seed, and smp_rmb() between the two loads of PageSlab()",
              KernelState.S1,
              READER_RMB),
          new Patch(
              "seed-without-wmb-with-reader-rmb",
              "smp_rmb() in PageSlab(), but no wmb() on free",
              KernelState.S1,
              ImmutableList.<Edit>builder().add(NO_WMB).addAll(READER_RMB).build()),
          new Patch(
              "seed-without-clear",
              "the seed without its clearing of the flag in free_pages_prepare()",
              KernelState.S1,
              ImmutableList.of(new Edit.DropHunk("F8"))),
          Patch.of(KernelState.S2),
          Patch.of(KernelState.S3));

  private Patches() {}

  /** All patches, the oldest kernel first. */
  public static ImmutableList<Patch> all() {
    return ALL;
  }
}
