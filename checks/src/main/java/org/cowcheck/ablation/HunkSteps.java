package org.cowcheck.ablation;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.ImmutableTable;
import org.cowcheck.memory.Fence;

/**
 * The barriers and the second looks that hunks bring, by the labels of their steps. The flush of a
 * TLB is no barrier here, though it orders what one orders on most platforms.
 */
final class HunkSteps {
  /** Hunk, step of the barrier, barrier. */
  private static final ImmutableTable<String, String, Fence> FENCES =
      ImmutableTable.<String, String, Fence>builder()
          // The seed.
          .put("F8", "F9", Fence.WMB)
          .put("HR3", "HR4", Fence.WMB)
          .put("MV55", "MV56", Fence.WMB)
          // 088b8aa537c2.
          .put("E1", "E1", Fence.SMP_MB)
          .put("E4", "E4", Fence.AFTER_ATOMIC)
          .put("G12", "G12", Fence.AFTER_ATOMIC)
          .put("G17", "G17", Fence.SMP_RMB)
          // Others.
          .put("HR4", "HR4", Fence.WMB)
          .put("MV56", "MV56", Fence.WMB)
          .put("L2a", "L2a", Fence.SMP_WMB)
          .put("L2a", "L6a", Fence.SMP_WMB)
          .put("IM3", "IM4", Fence.SMP_RMB)
          .put("IM3", "IM6", Fence.SMP_RMB)
          .put("MF1", "MF1", Fence.SMP_MB)
          .put("MF1", "MF3", Fence.SMP_RMB)
          .put("HC2", "HC2", Fence.SMP_WMB)
          .put("HC2", "HC23", Fence.SMP_WMB)
          .buildOrThrow();

  private static final ImmutableSetMultimap<String, String> RECHECKS =
      ImmutableSetMultimap.<String, String>builder()
          .put("IM3", "IM7")
          .putAll("UM1", "UM3", "UM6", "UM9", "UM23")
          .put("WH30", "WH34")
          .build();

  /** Hunks that are a barrier and nothing else. */
  private static final ImmutableSet<String> ONLY_FENCES =
      ImmutableSet.of("E1", "E4", "G12", "G17", "HR4", "MV56");

  private HunkSteps() {}

  /** The barriers of a hunk, by the labels of their steps. */
  static ImmutableMap<String, Fence> fences(String hunk) {
    return FENCES.row(hunk);
  }

  /** The labels of the steps in which a hunk looks a second time. */
  static ImmutableSet<String> rechecks(String hunk) {
    return RECHECKS.get(hunk);
  }

  /** Whether a hunk is a barrier and nothing else. */
  static boolean isOnlyFence(String hunk) {
    return ONLY_FENCES.contains(hunk);
  }
}
