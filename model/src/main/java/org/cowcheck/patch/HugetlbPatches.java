package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on hugetlb pages. */
public final class HugetlbPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private HugetlbPatches() {}
}
