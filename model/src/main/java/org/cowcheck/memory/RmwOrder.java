package org.cowcheck.memory;

/** The ordering of an atomic read-modify-write, as LKMM annotates it. */
public enum RmwOrder {
  /** A void atomic (atomic_inc, set_bit): orders nothing, and smp_rmb does not order its load. */
  NORETURN,
  /** {@code _relaxed}: returns a value and orders nothing. */
  RELAXED,
  /** {@code _acquire}: the load is an acquire. */
  ACQUIRE,
  /** {@code _release}: the store is a release. */
  RELEASE,
  /** No suffix, value-returning: a full fence before and after, if it succeeds. */
  FULL
}
