package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on those who look at pages without mapping them. */
public final class WalkerPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private WalkerPatches() {}
}
