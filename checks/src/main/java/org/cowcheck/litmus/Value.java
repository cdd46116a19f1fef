package org.cowcheck.litmus;

/**
 * A value in a register, with where it comes from.
 *
 * @param number an integer, or an address of {@link Addresses}
 * @param known whether the number is the same whatever those reads return, as that of {@code r0 &
 *     0}
 * @param reads the reads that it was computed from
 * @param controls the reads that decided that it was assigned; they carry control dependencies only
 */
record Value(long number, boolean known, Reads reads, Reads controls) {
  static final Value ZERO = of(0);

  static Value of(long number) {
    return new Value(number, true, Reads.NONE, Reads.NONE);
  }

  static Value read(long number, int index) {
    return new Value(number, false, Reads.of(index), Reads.NONE);
  }

  /** A value that is computed from this one and another. */
  Value combine(Value other, long result) {
    return combine(other, result, known && other.known);
  }

  /** The same, where the operator may say that the result is known. */
  Value combine(Value other, long result, boolean isKnown) {
    return new Value(result, isKnown, reads.and(other.reads), controls.and(other.controls));
  }

  /** A value that is computed from this one alone. */
  Value map(long result) {
    return new Value(result, known, reads, controls);
  }

  Value controlledBy(Reads control) {
    return new Value(number, known, reads, controls.and(control));
  }
}
