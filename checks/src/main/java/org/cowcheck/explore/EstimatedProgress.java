package org.cowcheck.explore;

import com.google.common.collect.Comparators;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Passes on how far a search is, with an estimate of the whole once it has taken a second. */
final class EstimatedProgress implements LongConsumer {
  private static final long PATIENCE_NANOS = 1_000_000_000;
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofMillis(300);

  private final Progress progress;
  private final Supplier<Explorer> explorer;
  private final long start = System.nanoTime();
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile double estimate;

  EstimatedProgress(Progress progress, Supplier<Explorer> explorer) {
    this.progress = progress;
    this.explorer = explorer;
  }

  @Override
  public void accept(long executions) {
    if (progress.isWatched()
        && System.nanoTime() - start > PATIENCE_NANOS
        && begun.compareAndSet(false, true)) {
      estimate = explorer.get().estimate(MOST);
    }
    progress.at(executions, estimate);
  }

  /** The estimate, made now if it has not been made, in a part of the time that has gone by. */
  double estimate() {
    if (begun.compareAndSet(false, true)) {
      Duration part = Duration.ofNanos((System.nanoTime() - start) / 5);
      estimate = explorer.get().estimate(Comparators.max(LEAST, Comparators.min(part, MOST)));
    }
    return estimate;
  }
}
