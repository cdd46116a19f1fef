package org.cowcheck.cli;

import java.time.Duration;
import org.cowcheck.explore.Bounds;
import picocli.CommandLine.Option;

/** The options that say where exploration stops; see {@link Bounds}. */
final class BoundsOptions {
  @Option(
      names = "--max-executions",
      paramLabel = "N",
      description = "Stop a cell or test after so many executions.")
  private long maxExecutions = Long.MAX_VALUE;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Stop a cell or test after this time: 90s, 5m, 2h.")
  private Duration timeout = Bounds.NONE.timeout();

  /** The bounds that were chosen. */
  Bounds bounds() {
    if (maxExecutions <= 0) {
      throw new BadInputException("--max-executions must be at least 1, not " + maxExecutions);
    }
    return new Bounds(maxExecutions, timeout, Bounds.NONE.maxEvents());
  }
}
