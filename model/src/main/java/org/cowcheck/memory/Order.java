package org.cowcheck.memory;

/** The ordering of a single load or store, as LKMM annotates it ({@code linux-kernel.bell}). */
public enum Order {
  /** An unmarked C access: the compiler may do anything with it. */
  PLAIN,
  /** READ_ONCE or WRITE_ONCE: one single access, ordering nothing. */
  ONCE,
  /** smp_load_acquire: ordered before everything after it. Loads only. */
  ACQUIRE,
  /** smp_store_release: ordered after everything before it. Stores only. */
  RELEASE
}
