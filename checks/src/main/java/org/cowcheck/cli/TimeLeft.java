package org.cowcheck.cli;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a night still takes: by how long each cell took that this process has finished, but no
 * longer than the budget. Cheap ones come first, so it takes longer than that.
 *
 * @param before how many cells an earlier process has finished: these took nothing of this time
 * @param cells how many there are
 * @param budget of this process
 */
record TimeLeft(int before, int cells, Duration budget) {

  /**
   * How long, after some time in which this process has finished cells; nothing is known before it
   * has finished one.
   *
   * @param done how many are finished, those before included
   */
  Optional<Duration> at(int done, Duration elapsed) {
    if (done <= before) {
      return Optional.empty();
    }
    Duration byCells = elapsed.multipliedBy(cells - done).dividedBy(done - before);
    Duration byBudget = budget.minus(elapsed);
    Duration least = byCells.compareTo(byBudget) < 0 ? byCells : byBudget;
    return Optional.of(least.isNegative() ? Duration.ZERO : least);
  }
}
