package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;

/** The memory models, weakest last. */
public final class MemoryModels {
  public static final MemoryModel SC = new SequentialConsistency();
  public static final MemoryModel TSO = new TotalStoreOrder();
  public static final MemoryModel LKMM = new LinuxKernel();

  private MemoryModels() {}

  /** All of them: each allows what the one before it allows. */
  public static ImmutableList<MemoryModel> all() {
    return ImmutableList.of(SC, TSO, LKMM);
  }
}
