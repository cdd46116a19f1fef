package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.nightly.Night;
import org.cowcheck.nightly.Plan;
import org.cowcheck.nightly.StatusFile;
import org.cowcheck.nightly.Task;

/**
 * Shows how a night goes on: a bar on a terminal, a line a minute elsewhere, and a file for
 * watchers.
 */
final class NightProgress implements Night.Onlooker {
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  private final PrintStream out;
  private final StatusFile file;
  private final int cells;
  private final boolean quiet;
  private final ProgressLine bar;
  private final Set<String> now = new LinkedHashSet<>();
  private final long start = System.nanoTime();
  private long lastLine = start;
  private int done;
  private int failed;
  private boolean saidUnwritten;

  NightProgress(PrintStream out, Path directory, Plan plan, boolean quiet) {
    this.out = out;
    this.file = new StatusFile(directory);
    this.cells = plan.tasks().size();
    this.quiet = quiet;
    this.bar = new ProgressLine(out);
  }

  @Override
  public synchronized void begins(Task task) {
    now.add(task.key().cell());
    file.update(status("running"));
  }

  @Override
  public synchronized void finished(Entry.CellDone entry) {
    now.remove(entry.cell());
    done++;
    if (entry.verdict().equals(Entry.CellDone.FAILED)) {
      failed++;
    }
    file.update(status("running"));
    show(entry.cell());
  }

  @Override
  public synchronized void unwritten(Task task, IOException e) {
    now.remove(task.key().cell());
    if (!saidUnwritten) {
      out.printf(
          "cowcheck: the journal cannot be written (%s); make room: what is done from here on is"
              + " done again next time%n",
          e.getMessage());
      saidUnwritten = true;
    }
  }

  private void show(String cell) {
    if (quiet) {
      return;
    }
    if (bar.isShown()) {
      bar.show(done, cells, cell);
    } else if (System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
      out.printf(
          "%s: %,d of %,d cells, %,d failed%s%n",
          Journal.now(), done, cells, failed, secondsLeft() < 0 ? "" : ", about " + left());
      lastLine = System.nanoTime();
    }
  }

  private String left() {
    long seconds = secondsLeft();
    return seconds < 120 ? seconds + " s left" : seconds / 60 + " min left";
  }

  /** By how long each cell took so far; cheap ones come first, so it takes longer than that. */
  private long secondsLeft() {
    if (done == 0) {
      return -1;
    }
    double each = (System.nanoTime() - start) / 1e9 / done;
    return Math.round(each * (cells - done));
  }

  private StatusFile.Status status(String state) {
    return new StatusFile.Status(
        state, done, cells, failed, ImmutableList.copyOf(now), secondsLeft(), Journal.now());
  }

  /** The night is over. */
  synchronized void end(String state) {
    bar.clear();
    file.write(status(state));
  }
}
