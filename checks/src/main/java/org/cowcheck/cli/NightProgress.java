package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
  private final Path directory;
  private final StatusFile file;
  private final int cells;
  private final boolean quiet;
  private final ProgressLine bar;
  private final Set<String> now = new LinkedHashSet<>();
  private final long start = System.nanoTime();
  private long lastLine = start;
  private final Duration budget;
  private int run;
  private TimeLeft left;
  private int done;
  private int failed;
  private boolean saidUnwritten;

  NightProgress(PrintStream out, Path directory, Plan plan, Duration budget, boolean quiet) {
    this.out = out;
    this.directory = directory;
    this.budget = budget;
    this.file = new StatusFile(directory);
    this.cells = plan.tasks().size();
    this.quiet = quiet;
    this.left = new TimeLeft(List.of(), budget);
    this.bar = new ProgressLine(out, this::timeLeft);
  }

  @Override
  public synchronized void starts(int number, int finished, Plan toDo) {
    run = number;
    left = new TimeLeft(toDo.tasks().stream().map(task -> task.key().engine()).toList(), budget);
    done = finished;
    if (!quiet) {
      out.printf(
          "Run %d%s: %,d of %,d cells to do, until %s at the latest; journal and status in %s%n",
          run,
          finished == 0 ? "" : " goes on",
          cells - finished,
          cells,
          ZonedDateTime.now(ZoneId.systemDefault())
              .plus(budget)
              .format(DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ROOT)),
          directory);
    }
    file.write(status("running"));
  }

  @Override
  public synchronized void begins(Task task) {
    now.add(name(task.key()));
    left.begins(task.key().engine(), elapsed());
    file.update(status("running"));
  }

  @Override
  public synchronized void finished(Entry.CellDone entry) {
    now.remove(name(entry.key()));
    done++;
    left.finished(entry.engine());
    if (entry.verdict().equals(Entry.CellDone.FAILED)) {
      failed++;
      say("failed: %s: %s".formatted(name(entry.key()), entry.message()));
    }
    file.update(status("running"));
    show(name(entry.key()));
  }

  @Override
  public synchronized void unwritten(Task task, IOException e) {
    now.remove(name(task.key()));
    if (!saidUnwritten) {
      bar.clear();
      out.printf(
          "cowcheck: the journal in %s cannot be written (%s); make room: what cannot be written is"
              + " done again next time%n",
          directory, e.getMessage());
      saidUnwritten = true;
    }
  }

  private static String name(Entry.Key key) {
    return key.engine() + " " + key.cell();
  }

  /** A line of its own, also on a terminal. */
  private void say(String line) {
    if (!quiet) {
      bar.clear();
      out.println(Journal.now() + ": " + line);
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
          "%s: %,d of %,d cells, %,d failed%s, now %s%n",
          Journal.now(), done, cells, failed, secondsLeft() < 0 ? "" : ", about " + left(), cell);
      lastLine = System.nanoTime();
    }
  }

  private String left() {
    long seconds = secondsLeft();
    return seconds < 120 ? seconds + " s left" : seconds / 60 + " min left";
  }

  private synchronized Optional<Duration> timeLeft() {
    return left.at(elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private long secondsLeft() {
    return timeLeft().map(Duration::toSeconds).orElse(-1L);
  }

  private StatusFile.Status status(String state) {
    return new StatusFile.Status(
        state, run, done, cells, failed, ImmutableList.copyOf(now), secondsLeft(), Journal.now());
  }

  /** The night is over. */
  synchronized void end(String state) {
    bar.clear();
    now.clear();
    file.write(status(state));
  }
}
