package org.cowcheck.ablation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.verdict.Outcome;

/**
 * What dropping the parts of a patch one at a time has shown.
 *
 * @param scenarios how many were looked at
 * @param wholes what the whole patch does, per column
 * @param findings per part, one for each column in the order of the columns
 * @param shown per part that is necessary the cell that shows it best: its witness is the least
 * @param trims what becomes of the patch when everything that can go goes at once
 */
public record Ablation(
    Patch patch,
    Accesses accesses,
    int scenarios,
    ImmutableList<Whole> wholes,
    ImmutableMap<Part, ImmutableList<Finding>> findings,
    ImmutableMap<Part, Outcome> shown,
    ImmutableList<Trim> trims) {

  /**
   * What the whole patch does under a memory model.
   *
   * @param held how many cells are Never; they alone can show what a part is good for
   * @param executions of those
   * @param broken the cells that are Sometimes
   * @param open those that were not explored to the end
   */
  public record Whole(
      Column column,
      int held,
      long executions,
      ImmutableList<Outcome> broken,
      ImmutableList<Outcome> open) {}

  /**
   * All that is redundant, or has a weaker form, dropped or weakened at once.
   *
   * @param findings the parts that were weakened, if a weaker barrier suffices, or else dropped
   * @param held how many cells stay Never, of those that it bears on
   * @param broken those that become Sometimes
   * @param open those that were cut short
   */
  public record Trim(
      Column column,
      Patch patch,
      ImmutableList<Finding> findings,
      int held,
      long executions,
      ImmutableList<Outcome> broken,
      ImmutableList<Outcome> open) {}

  /** Whether a bound left something open. */
  public boolean isOpen() {
    return wholes.stream().anyMatch(whole -> !whole.open().isEmpty())
        || findings.values().stream().flatMap(ImmutableList::stream).anyMatch(Finding::isOpen)
        || trims.stream().anyMatch(trim -> !trim.open().isEmpty());
  }
}
