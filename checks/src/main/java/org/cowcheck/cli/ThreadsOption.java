package org.cowcheck.cli;

import picocli.CommandLine.Option;

/** {@code --threads}. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Search on so many threads. Default: one per processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  int threads() {
    if (threads <= 0) {
      throw new BadInputException("--threads must be at least 1, not " + threads);
    }
    return threads;
  }
}
