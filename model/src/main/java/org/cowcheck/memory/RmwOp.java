package org.cowcheck.memory;

/**
 * What an atomic read-modify-write computes from the value that it reads.
 *
 * <p>A conditional operation that fails writes nothing and orders nothing.
 */
public enum RmwOp {
  /** {@code old + a}. */
  ADD,
  /** {@code old & a}. */
  AND,
  /** {@code old | a}. */
  OR,
  /** {@code a}. */
  XCHG,
  /** {@code b} if the old value is {@code a}, else it fails. */
  CMPXCHG,
  /** {@code old + a} unless the old value is {@code b}, then it fails. */
  ADD_UNLESS,
  /** {@code old | a} if that changes something, else it fails. */
  OR_IF_CLEAR,
  /** {@code old & ~a} if that changes something, else it fails. */
  CLEAR_IF_SET;

  /** Whether the operation writes, given the value that it read. */
  public boolean succeeds(long old, long a, long b) {
    return switch (this) {
      case ADD, AND, OR, XCHG -> true;
      case CMPXCHG -> old == a;
      case ADD_UNLESS -> old != b;
      case OR_IF_CLEAR -> (old & a) != a;
      case CLEAR_IF_SET -> (old & a) != 0;
    };
  }

  /** The value that a successful operation writes. */
  public long apply(long old, long a, long b) {
    return switch (this) {
      case ADD, ADD_UNLESS -> old + a;
      case AND -> old & a;
      case OR, OR_IF_CLEAR -> old | a;
      case XCHG -> a;
      case CMPXCHG -> b;
      case CLEAR_IF_SET -> old & ~a;
    };
  }
}
