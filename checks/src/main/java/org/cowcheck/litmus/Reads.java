package org.cowcheck.litmus;

import java.util.Arrays;

/** A set of reads of one thread, by their indices in program order. */
final class Reads {
  static final Reads NONE = new Reads(new int[0]);

  /** In increasing order. */
  private final int[] indices;

  private Reads(int[] indices) {
    this.indices = indices;
  }

  static Reads of(int index) {
    return new Reads(new int[] {index});
  }

  Reads and(Reads other) {
    if (indices.length == 0 || this == other) {
      return other;
    }
    if (other.indices.length == 0) {
      return this;
    }
    int[] all = new int[indices.length + other.indices.length];
    int length = 0;
    int mine = 0;
    int its = 0;
    while (mine < indices.length || its < other.indices.length) {
      int next =
          its == other.indices.length
                  || (mine < indices.length && indices[mine] <= other.indices[its])
              ? indices[mine++]
              : other.indices[its++];
      if (length == 0 || all[length - 1] != next) {
        all[length++] = next;
      }
    }
    return new Reads(length == all.length ? all : Arrays.copyOf(all, length));
  }

  /** The indices in increasing order. Not to be changed. */
  int[] indices() {
    return indices;
  }

  @Override
  public String toString() {
    return Arrays.toString(indices);
  }
}
