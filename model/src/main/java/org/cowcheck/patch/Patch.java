package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMultiset;

/**
 * A patch as data: a kernel state and edits to it.
 *
 * @param name as the command line knows it
 * @param title one line that says what it is
 * @param base the kernel state that the edits apply to
 * @param edits in no particular order
 */
public record Patch(String name, String title, KernelState base, ImmutableList<Edit> edits) {

  /** A kernel state without edits. */
  public static Patch of(KernelState state) {
    return new Patch(state.name(), state.title(), state, ImmutableList.of());
  }

  /** Whether another patch, of whatever name, makes the same of the same kernel state. */
  public boolean isAlike(Patch other) {
    return base == other.base
        && ImmutableMultiset.copyOf(edits).equals(ImmutableMultiset.copyOf(other.edits));
  }

  @Override
  public String toString() {
    return name;
  }
}
