package org.cowcheck.synthesis;

import java.util.Arrays;
import java.util.Optional;
import org.cowcheck.memory.Fence;

/**
 * A kind of edit that may be part of a set, with what it costs unless the user says otherwise.
 *
 * <p>The costs are rough ratios of what the fast path pays on x86 and arm64, not measurements. On
 * x86 smp_wmb() and smp_rmb() restrain the compiler alone, wmb() and rmb() are sfence and lfence,
 * smp_mb() is a locked instruction, and smp_mb__after_atomic() is free beside the locked one that
 * it follows; on arm64 smp_wmb() is dmb ishst, wmb() is dsb st, and the full ones are dmb ish and
 * dsb sy.
 */
public enum Kind {
  SMP_WMB("smp_wmb", 2, Fence.SMP_WMB),
  SMP_RMB("smp_rmb", 2, Fence.SMP_RMB),
  WMB("wmb", 3, Fence.WMB),
  RMB("rmb", 3, Fence.RMB),
  AFTER_ATOMIC("smp_mb__after_atomic", 4, Fence.AFTER_ATOMIC),
  BEFORE_ATOMIC("smp_mb__before_atomic", 4, Fence.BEFORE_ATOMIC),
  SMP_MB("smp_mb", 8, Fence.SMP_MB),
  MB("mb", 12, Fence.MB),
  /** READ_ONCE() and WRITE_ONCE() of what is plain. */
  MARK("mark", 1, null),
  /** A second look that the patch leaves out. */
  RECHECK("recheck", 3, null),
  /** An atomic bit operation for one that is not. */
  ATOMIC("atomic", 4, null),
  /** Code that the patch's kernel does not have, or that the patch leaves out. */
  HUNK("hunk", 6, null);

  private final String word;
  private final int cost;
  private final Fence fence;

  Kind(String word, int cost, Fence fence) {
    this.word = word;
    this.cost = cost;
    this.fence = fence;
  }

  /** The word that users write. */
  public String word() {
    return word;
  }

  /** What one such edit costs on a path that is not hot. */
  public int cost() {
    return cost;
  }

  /** Whether it is a fence: then it changes no access, and no branch. */
  public boolean isFence() {
    return fence != null;
  }

  Fence fence() {
    return fence;
  }

  /** Whether it orders stores alone. */
  boolean ordersStores() {
    return this == SMP_WMB || this == WMB;
  }

  /** Whether it orders loads alone. */
  boolean ordersLoads() {
    return this == SMP_RMB || this == RMB;
  }

  /** The kind of this word. */
  public static Optional<Kind> ofWord(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }

  /** The kind of a fence. */
  static Optional<Kind> ofFence(Fence fence) {
    return Arrays.stream(values()).filter(kind -> kind.fence == fence).findFirst();
  }
}
