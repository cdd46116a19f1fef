package org.cowcheck.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** One line on a terminal's standard error that says how far the work is; silent elsewhere. */
final class ProgressLine {
  private static final long INTERVAL_NANOS = 100_000_000;
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private final PrintStream out;
  private final boolean terminal;
  private long last;

  ProgressLine(PrintStream out) {
    this.out = out;
    this.terminal = isTerminal();
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STDERR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Shows how far the work is, unless that was done a moment ago. */
  synchronized void show(int done, int total, String what, long executions) {
    long now = System.nanoTime();
    if (terminal && now - last > INTERVAL_NANOS) {
      last = now;
      out.printf("\r\033[K[%d/%d] %s: %,d executions", done, total, what, executions);
      out.flush();
    }
  }

  /** Takes the line away. */
  synchronized void clear() {
    if (terminal) {
      out.print("\r\033[K");
      out.flush();
    }
  }
}
