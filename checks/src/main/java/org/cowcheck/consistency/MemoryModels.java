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

  /**
   * The one of a name.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public static MemoryModel named(String name) {
    return all().stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow();
  }
}
