package org.cowcheck.litmus;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A set of reads of one thread, by their indices in program order. */
final class Reads {
  static final Reads NONE = new Reads(new int[0]);

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
    return new Reads(
        IntStream.concat(Arrays.stream(indices), Arrays.stream(other.indices))
            .sorted()
            .distinct()
            .toArray());
  }

  int[] toArray() {
    return indices.clone();
  }

  @Override
  public String toString() {
    return Arrays.toString(indices);
  }
}
