package org.cowcheck.cli;

import java.io.PrintStream;
import java.time.Duration;
import org.cowcheck.linear.LincheckProgress;

/** Shows how far Lincheck is: a bar on a terminal, a line now and then elsewhere. */
final class LincheckLine {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final PrintStream out;
  private final int cells;
  private final boolean quiet;
  private final ProgressLine bar;
  private long lastLine = System.nanoTime();

  LincheckLine(PrintStream out, int cells, boolean quiet) {
    this.out = out;
    this.cells = cells;
    this.quiet = quiet;
    this.bar = new ProgressLine(out);
  }

  /**
   * The progress of one cell.
   *
   * @param before how many cells came before
   */
  LincheckProgress of(String cell, int before) {
    if (quiet) {
      return LincheckProgress.NONE;
    }
    show(before, 0, cell); // the bar has a thread, which Lincheck must not see begin
    return (what, done, total) ->
        show(before, (double) done / total, "%s: %,d of %,d %s".formatted(cell, done, total, what));
  }

  /** Lincheck calls it from a thread of its own. */
  private synchronized void show(int before, double part, String how) {
    if (bar.isShown()) {
      bar.show(before, part, cells, how);
    } else if (System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
      out.printf("cowcheck: cell %,d of %,d: %s%n", before + 1, cells, how);
      lastLine = System.nanoTime();
    }
  }

  /** Takes the bar away, so that an answer may be printed. */
  synchronized void clear() {
    bar.clear();
  }
}
