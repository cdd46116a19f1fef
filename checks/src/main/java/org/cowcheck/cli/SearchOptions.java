package org.cowcheck.cli;

import java.time.Duration;
import org.cowcheck.explore.Bounds;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say where exploration stops, see {@link Bounds}, and on how many threads. */
final class SearchOptions {
  @Option(
      names = "--max-executions",
      paramLabel = "N",
      description = "Stop a cell or test after so many executions.")
  private long maxExecutions = Long.MAX_VALUE;

  @Option(
      names = "--max-events",
      paramLabel = "N",
      description =
          "Stop a cell or test that has an execution of more events: ${DEFAULT-VALUE} by default.")
  private int maxEvents = Bounds.NONE.maxEvents();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Stop a cell or test after this time: 90s, 5m, 2h.")
  private Duration timeout = Bounds.NONE.timeout();

  @Mixin private ThreadsOption threads = new ThreadsOption();

  /** The bounds that were chosen. */
  Bounds bounds() {
    if (maxExecutions <= 0) {
      throw new BadInputException("--max-executions must be at least 1, not " + maxExecutions);
    }
    if (maxEvents <= 0) {
      throw new BadInputException("--max-events must be at least 1, not " + maxEvents);
    }
    return new Bounds(maxExecutions, timeout, maxEvents);
  }

  /** On how many threads to search. */
  int threads() {
    return threads.threads();
  }
}
