package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on transparent huge pages. */
public final class ThpPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private ThpPatches() {}
}
