package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.patch.Platform;

/** Where a scenario comes from. */
public sealed interface Origin {
  /** A question of our own. */
  Origin OWN = new Own();

  /** A question of our own. */
  record Own() implements Origin {}

  /**
   * A race that was reported, with what history says of it.
   *
   * @param id its number in the list of reported races, such as {@code B7}
   * @param fix the commit that fixed it, or what is known of one
   * @param reordering whether it takes a reordering; else an interleaving is enough
   * @param platform where the report says it was visible
   * @param before the patches by name, a kernel state or a variant of one, that have the race
   * @param after those that have it no more
   */
  record Race(
      String id,
      String fix,
      boolean reordering,
      Platform platform,
      ImmutableList<String> before,
      ImmutableList<String> after)
      implements Origin {}

  /**
   * A row of the seed's table of what PG_anon_exclusive means for a kind of page-table entry.
   *
   * @param entry the kind, such as {@code migration}
   */
  record EntryRow(String entry) implements Origin {}

  /**
   * A cell of the matrix of tools/testing/selftests/mm/cow.c.
   *
   * @param test the test case
   * @param kind the kind of memory that it runs on
   */
  record SelftestCell(String test, String kind) implements Origin {}
}
