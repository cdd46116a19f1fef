package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import java.util.stream.Stream;

/**
 * The patches by name that a posted patch is: the kernel it was written for, and that kernel with
 * it.
 */
public final class SeedPatches {
  /** The hunks of the seed, by the labels of their first steps. */
  private static final ImmutableList<String> HUNKS =
      ImmutableList.of(
          "T2", "T3", "T6", "L1", "L4", "K8", "MX16", "F8", "FT1", "HR3", "HR4", "MV55", "MV56");

  /** What the seed was written for, and respins of it are. */
  public static final Patch S1_WITHOUT_SEED =
      new Patch(
          "S1-without-seed",
          "the RFC series without the seed: PG_anon_exclusive is PG_slab, and nobody cares",
          KernelState.S1,
          HUNKS.stream().map(Edit.DropHunk::new).collect(ImmutableList.toImmutableList()));

  /** v5.19 with the patch that brought four barriers, and the flush that they do without. */
  public static final Patch S2_WITH_BARRIERS =
      new Patch(
          "S2-with-088b8aa537c2",
          "v5.19 with 088b8aa537c2: four barriers in the place of a flush",
          KernelState.S2,
          Stream.of("E1", "E4", "G12", "G17", "U8a")
              .map(Edit.AddHunk::new)
              .collect(ImmutableList.toImmutableList()));

  static final ImmutableList<Patch> ALL = ImmutableList.of(S1_WITHOUT_SEED, S2_WITH_BARRIERS);

  private SeedPatches() {}
}
