package org.cowcheck.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.cowcheck.explore.Progress;

/**
 * A bar on a terminal's standard error that says how far the work is and how long it still takes;
 * silent elsewhere.
 */
final class ProgressLine {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  /** The bar counts in thousandths of a cell or test. */
  private static final int PARTS = 1000;

  private final PrintStream out;
  private final boolean terminal;
  private final Function<ProgressState, Optional<Duration>> left;
  private ProgressBar bar;

  /** A bar that takes all things to last equally long. */
  ProgressLine(PrintStream out) {
    this(out, isTerminal(), null);
  }

  /** A bar that is told how long the work still takes. */
  ProgressLine(PrintStream out, Supplier<Optional<Duration>> left) {
    this(out, isTerminal(), state -> left.get());
  }

  ProgressLine(
      PrintStream out, boolean terminal, Function<ProgressState, Optional<Duration>> left) {
    this.out = out;
    this.terminal = terminal;
    this.left = left;
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STDERR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The progress of one thing among others.
   *
   * @param done how many of the others are done
   */
  Progress of(AtomicInteger done, int total, String what) {
    return new Progress() {
      @Override
      public boolean isWatched() {
        return terminal;
      }

      @Override
      public void at(long executions, double estimated) {
        if (terminal) {
          show(done.get(), total, what, executions, estimated);
        }
      }
    };
  }

  /** Whether there is a terminal to show it on. */
  boolean isShown() {
    return terminal;
  }

  /** Shows how many things are done. */
  void show(int done, int total, String what) {
    show(done, total, what, 0, 0);
  }

  /** Shows how many things are done, and how much of the next. */
  synchronized void show(int done, double part, int total, String what) {
    open(total);
    bar.stepTo(Math.max(bar.getCurrent(), (long) ((done + part) * PARTS)));
    bar.setExtraMessage(what);
  }

  private void show(int done, int total, String what, long executions, double estimated) {
    String of = estimated > executions ? String.format(" of about %,.0f", estimated) : "";
    show(
        done,
        estimated > executions ? executions / estimated : 0,
        total,
        executions == 0 ? what : String.format("%s: %,d%s executions", what, executions, of));
  }

  private void open(int total) {
    if (bar == null) {
      ProgressBarBuilder builder =
          new ProgressBarBuilder()
              .setTaskName("cowcheck")
              .setInitialMax((long) total * PARTS)
              .setUnit("", PARTS)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(out));
      bar = (left == null ? builder : builder.setEtaFunction(left)).build();
    }
  }

  /** Takes the bar away. */
  synchronized void clear() {
    if (bar != null) {
      bar.close();
      bar = null;
      out.print("\r\033[K");
      out.flush();
    }
  }
}
