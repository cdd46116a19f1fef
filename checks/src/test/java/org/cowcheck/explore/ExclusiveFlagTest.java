package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import org.junit.jupiter.api.Test;

/**
 * Which steps change PG_anon_exclusive; that they obey the law is among what holds of all cells.
 */
final class ExclusiveFlagTest {

  @Test
  void changesWhereItMay() {
    // W8 takes a page that is not exclusive and has one owner; no scenario has that.
    assertEquals(
        ImmutableSet.of("C9", "E3", "F13", "F8", "N6", "RG23", "SP9"),
        CatalogueWalk.get().all().values().stream()
            .flatMap(seen -> seen.flagSteps().stream())
            .collect(ImmutableSortedSet.toImmutableSortedSet(String::compareTo)));
  }
}
