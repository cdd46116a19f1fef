package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on swap and on discarding pages. */
public final class SwapPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private SwapPatches() {}
}
