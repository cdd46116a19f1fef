package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on collapse and on page tables that go away. */
public final class CollapsePatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private CollapsePatches() {}
}
