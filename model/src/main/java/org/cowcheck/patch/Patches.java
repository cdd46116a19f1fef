package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
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

  private static final ImmutableList<Edit> NO_SEQ = ImmutableList.of(new Edit.DropHunk("C2"));

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
          new Patch(
              "S2-without-write-protect-seq",
              "v5.19 without write_protect_seq in fork (57efa1fe5957)",
              KernelState.S2,
              NO_SEQ),
          Patch.of(KernelState.S3),
          withoutFence("M1", "smp_mb__after_atomic() after the pin in try_grab_folio()", "G12"),
          withoutFence("M2", "smp_mb() before the pin check in page_try_share_anon_rmap()", "E1"),
          withoutFence(
              "M3", "smp_mb__after_atomic() at the end of page_try_share_anon_rmap()", "E4"),
          withoutFence("M4", "smp_rmb() in gup_must_unshare()", "G17"),
          new Patch(
              "S3-without-write-protect-seq",
              "v6.1 without write_protect_seq in fork (57efa1fe5957)",
              KernelState.S3,
              NO_SEQ),
          new Patch(
              "S3-with-fork-mb",
              "v6.1 with smp_mb() in fork once write_protect_seq is odd",
              KernelState.S3,
              ImmutableList.of(new Edit.InsertAfter("C2", Fence.SMP_MB))),
          new Patch(
              "S3-with-copy-wmb",
              "v6.1 with smp_wmb() in wp_page_copy() before the PTE of the copy is stored",
              KernelState.S3,
              ImmutableList.of(new Edit.InsertBefore("W17", Fence.SMP_WMB))));

  private Patches() {}

  /** The kernel states; S1 goes by the name of the seed. */
  public static ImmutableList<Patch> states() {
    return ALL.stream().filter(patch -> !isVariant(patch)).collect(ImmutableList.toImmutableList());
  }

  /** Those of these names, in the order of the catalogue. */
  public static ImmutableList<Patch> named(String... names) {
    ImmutableSet<String> wanted = ImmutableSet.copyOf(names);
    return ALL.stream()
        .filter(patch -> wanted.contains(patch.name()))
        .collect(ImmutableList.toImmutableList());
  }

  /** The kernel states that have an exclusive flag. */
  public static ImmutableList<Patch> withFlag() {
    return states().stream()
        .filter(patch -> patch.base().hasAnonExclusive())
        .collect(ImmutableList.toImmutableList());
  }

  /** The kernel states and some variants, such as those that a reported race is about. */
  public static ImmutableList<Patch> statesAnd(Patch... variants) {
    return ImmutableList.<Patch>builder().addAll(states()).add(variants).build();
  }

  /** The patches that bear on PageSlab(): kernel states, and variants of the seed. */
  public static ImmutableList<Patch> pageSlab() {
    return ALL.stream()
        .filter(patch -> !isVariant(patch) || patch.base() == KernelState.S1)
        .collect(ImmutableList.toImmutableList());
  }

  /** The patches that bear on exclusivity: kernel states, and variants of S2 and S3. */
  public static ImmutableList<Patch> exclusivity() {
    return ALL.stream()
        .filter(patch -> !isVariant(patch) || patch.base() != KernelState.S1)
        .collect(ImmutableList.toImmutableList());
  }

  private static boolean isVariant(Patch patch) {
    return !patch.edits().isEmpty();
  }

  /** v6.1 without one of the barriers of 088b8aa537c2, which are called M1 to M4 here. */
  private static Patch withoutFence(String barrier, String what, String label) {
    return new Patch(
        "S3-without-" + barrier,
        "v6.1 without the " + what,
        KernelState.S3,
        ImmutableList.of(new Edit.DropFence(label)));
  }

  /** All patches: the oldest kernel first, then by topic. */
  public static ImmutableList<Patch> all() {
    return ImmutableList.<Patch>builder()
        .addAll(ALL)
        .addAll(SeedPatches.ALL)
        .addAll(ThpPatches.ALL)
        .addAll(CollapsePatches.ALL)
        .addAll(HugetlbPatches.ALL)
        .addAll(MigrationPatches.ALL)
        .addAll(WalkerPatches.ALL)
        .addAll(SlowGupPatches.ALL)
        .addAll(SwapPatches.ALL)
        .build();
  }
}
