package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on migration and on device pages. */
public final class MigrationPatches {
  static final ImmutableList<Patch> ALL = ImmutableList.of();

  private MigrationPatches() {}
}
