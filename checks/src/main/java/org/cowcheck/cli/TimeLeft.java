package org.cowcheck.cli;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a night still takes: by how long each cell of its engine took that this process has
 * finished, but no longer than the budget; and until the end of the budget while other engines
 * wait, since the last one takes what is left. Cheap cells come first, so it takes longer than
 * that.
 *
 * <p>What an earlier process has finished counts for nothing: it took nothing of this one's time.
 */
final class TimeLeft {
  private final Multiset<String> left;
  private final Duration budget;
  private String engine = "";
  private Duration since = Duration.ZERO;
  private int done;

  /**
   * What is to be done.
   *
   * @param left the engine of each cell that is to be done
   */
  TimeLeft(Iterable<String> left, Duration budget) {
    this.left = HashMultiset.create(left);
    this.budget = budget;
  }

  /**
   * A cell is begun.
   *
   * @param elapsed since the process has begun
   */
  void begins(String of, Duration elapsed) {
    if (!of.equals(engine)) {
      engine = of;
      since = elapsed;
      done = 0;
    }
  }

  /** A cell is finished. */
  void finished(String of) {
    left.remove(of);
    done++;
  }

  /** How long it still takes; nothing is known before a cell is finished. */
  Optional<Duration> at(Duration elapsed) {
    Duration byBudget = atLeastZero(budget.minus(elapsed));
    if (left.size() > left.count(engine)) {
      return engine.isEmpty() ? Optional.empty() : Optional.of(byBudget);
    }
    if (done == 0) {
      return Optional.empty();
    }
    Duration byCells = elapsed.minus(since).multipliedBy(left.size()).dividedBy(done);
    return Optional.of(byCells.compareTo(byBudget) < 0 ? byCells : byBudget);
  }

  private static Duration atLeastZero(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
