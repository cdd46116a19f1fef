package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.hunt.Hunt;
import org.cowcheck.hunt.Violation;
import org.cowcheck.journal.Journal;
import org.cowcheck.nightly.StatusFile;

/**
 * Shows how a hunt goes on: a bar on a terminal, a line a minute elsewhere, each violation as it is
 * found, and a file for watchers.
 */
final class HuntProgress implements Hunt.Onlooker {
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  private final PrintStream out;
  private final Optional<StatusFile> file;
  private final Duration budget;
  private final boolean quiet;
  private final ProgressLine bar;
  private final Set<String> now = new LinkedHashSet<>();
  private final long start = System.nanoTime();
  private long lastLine = start;
  private int run;
  private int programs;
  private int done;
  private int violations;
  private boolean saidUnwritten;

  HuntProgress(PrintStream out, Optional<Path> directory, Duration budget, boolean quiet) {
    this.out = out;
    this.file = directory.map(StatusFile::new);
    this.budget = budget;
    this.quiet = quiet;
    this.bar = new ProgressLine(out);
  }

  @Override
  public synchronized void starts(int number, long count, int answered) {
    run = number;
    programs = (int) Math.min(Integer.MAX_VALUE, count);
    if (!quiet) {
      out.printf(
          "%,d programs%s%n",
          count,
          answered == 0 ? "" : "; %,d answers are in the journal and are kept".formatted(answered));
    }
    file.ifPresent(status -> status.write(status("running")));
  }

  @Override
  public synchronized void begins(ClientProgram program) {
    now.add(program.toString());
    file.ifPresent(status -> status.update(status("running")));
  }

  @Override
  public synchronized void ends(ClientProgram program, boolean isAnswered) {
    now.remove(program.toString());
    done += isAnswered ? 1 : 0;
    if (quiet) {
      return;
    }
    if (bar.isShown()) {
      bar.show(done, programs, program.toString());
    } else if (System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
      out.printf(
          "%s: %,d of %,d programs, %,d violations%s, now %s%n",
          Journal.now(), done, programs, violations, left(), program);
      lastLine = System.nanoTime();
    }
  }

  @Override
  public synchronized void found(Violation violation) {
    violations++;
    if (!quiet && !violation.inherited()) {
      bar.clear();
      out.printf(
          "%s: violated: %s (%s): %s%n",
          Journal.now(), violation.program(), violation.cell().model(), violation.broken());
    }
  }

  @Override
  public synchronized void unwritten(ClientProgram program, IOException e) {
    if (!saidUnwritten) {
      bar.clear();
      out.printf(
          "cowcheck: the journal cannot be written (%s); make room: what cannot be written is done"
              + " again next time%n",
          e.getMessage());
      saidUnwritten = true;
    }
  }

  private String left() {
    long seconds = secondsLeft();
    return seconds < 0
        ? ""
        : seconds < 120
            ? ", about " + seconds + " s left"
            : ", about " + seconds / 60 + " min left";
  }

  /** By how long each program took so far, but no longer than the budget. */
  private long secondsLeft() {
    if (done == 0) {
      return -1;
    }
    double elapsed = (System.nanoTime() - start) / 1e9;
    double each = elapsed / done;
    return Math.round(
        Math.max(0, Math.min(each * (programs - done), budget.toSeconds() - elapsed)));
  }

  private StatusFile.Status status(String state) {
    return new StatusFile.Status(
        state, run, done, programs, 0, ImmutableList.copyOf(now), secondsLeft(), Journal.now());
  }

  /** The hunt is over. */
  synchronized void end(String state) {
    bar.clear();
    now.clear();
    file.ifPresent(status -> status.write(status(state)));
  }
}
