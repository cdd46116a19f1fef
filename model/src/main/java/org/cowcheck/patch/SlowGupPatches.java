package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on slow GUP, faults and fork. */
public final class SlowGupPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private SlowGupPatches() {}
}
