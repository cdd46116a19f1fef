package org.cowcheck.litmus;

/**
 * A value in a register, with where it comes from.
 *
 * @param number an integer, or an address of {@link Addresses}
 * @param reads the reads that it was computed from
 * @param controls the reads that decided that it was assigned; they carry control dependencies only
 */
record Value(long number, Reads reads, Reads controls) {
  static final Value ZERO = of(0);

  static Value of(long number) {
    return new Value(number, Reads.NONE, Reads.NONE);
  }

  static Value read(long number, int index) {
    return new Value(number, Reads.of(index), Reads.NONE);
  }

  /** A value that is computed from this one and another. */
  Value combine(Value other, long result) {
    return new Value(result, reads.and(other.reads), controls.and(other.controls));
  }

  /** A value that is computed from this one alone. */
  Value map(long result) {
    return new Value(result, reads, controls);
  }

  Value controlledBy(Reads control) {
    return new Value(number, reads, controls.and(control));
  }
}
