package org.cowcheck.nightly;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.cowcheck.hardware.StressOptions;

/** Shares what is left of a night among the tests that are left, each as much. */
public final class Budget {
  /** What jcstress takes to look at the machine and to start, on a machine that is not idle. */
  private static final Duration START = Duration.ofSeconds(12);

  /**
   * How much longer than one iteration all take: there are two JVMs, for two ways to place threads
   * on processors, and each has a start and an end.
   */
  private static final int FORKS = 3;

  /** More does not show more. */
  private static final Duration MOST = Duration.ofMinutes(10);

  private static final int MILLISECONDS = 100;
  private static final int MOST_MILLISECONDS = 1000;

  private final LongSupplier secondsLeft;
  private int tests;

  /**
   * A budget.
   *
   * @param secondsLeft how much of the night is left
   * @param tests how many tests there are
   */
  public Budget(LongSupplier secondsLeft, int tests) {
    this.secondsLeft = secondsLeft;
    this.tests = tests;
  }

  /** What one test gets. */
  record Share(Duration time, StressOptions options) {}

  /** The share of the next test; the least if the night is too short for all. */
  synchronized Share next() {
    Duration time = Duration.ofSeconds(Math.max(0, secondsLeft.getAsLong() / Math.max(1, tests)));
    if (tests > 1) {
      tests--;
    }
    Duration work = (time.compareTo(MOST) > 0 ? MOST : time).minus(START).dividedBy(FORKS);
    long milliseconds = Math.max(MILLISECONDS, work.toMillis());
    int each = (int) Math.min(milliseconds, MOST_MILLISECONDS);
    return new Share(
        START.plus(Duration.ofMillis(milliseconds * FORKS)),
        StressOptions.quick(each, (int) (milliseconds / each)));
  }
}
