package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Change;
import org.cowcheck.nightly.Disagreement;
import org.cowcheck.nightly.Expected;
import org.cowcheck.nightly.Night;
import org.cowcheck.nightly.Plan;
import org.cowcheck.verdict.Expectations;

/** What a night has found: what was done, what differs, what failed. */
final class NightSummary {
  private static final String UNKNOWN = "Unknown";

  private final Night.End night;
  private final Plan plan;
  private final Path directory;
  private final ImmutableMap<Entry.Key, Entry.CellDone> cells;
  private final ImmutableList<Change> fromRecord;
  private final ImmutableList<Change> disagreements;
  private final ImmutableList<Change> fromLast;

  NightSummary(
      Night.End night,
      Plan plan,
      Path directory,
      JournalContents contents,
      Expectations expectations) {
    this.night = night;
    this.plan = plan;
    this.directory = directory;
    this.cells = contents.cells(night.run());
    this.fromRecord = Expected.differences(plan, cells, expectations);
    this.disagreements = Disagreement.all(plan, cells, expectations);
    this.fromLast =
        Change.since(contents, night.run() - 1, cells).stream()
            .filter(change -> change.kind() != Change.Kind.GONE)
            .collect(ImmutableList.toImmutableList());
  }

  void print(Duration took, PrintStream out) {
    out.printf(
        "Run %d: %,d of %,d cells, %,d left; this time %d:%02d:%02d%n",
        night.run(),
        night.finished(),
        plan.tasks().size(),
        night.left(),
        took.toHours(),
        took.toMinutesPart(),
        took.toSecondsPart());
    byEngine()
        .forEach(
            (engine, verdicts) ->
                out.printf(
                    "  %-9s %s%n",
                    engine,
                    verdicts.entrySet().stream()
                        .map(count -> "%,d %s".formatted(count.getValue(), count.getKey()))
                        .collect(Collectors.joining(", "))));
    if (night.unwritten() > 0) {
      out.printf(
          "%,d cells were done and could not be written to %s; they are done again next time%n",
          night.unwritten(), directory);
    }
    print("Not as recorded", fromRecord, out);
    if (plan.engines().size() > 1) {
      print("Engines disagree", disagreements, out);
    }
    if (night.run() > 1) {
      print("Otherwise than in run " + (night.run() - 1), fromLast, out);
    }
    each("Failed", Entry.CellDone.FAILED, out);
    each(UNKNOWN, UNKNOWN, out);
    out.printf("More: cowcheck report %s%n", directory);
  }

  /** For each engine of the plan, how many cells have each verdict. */
  private Map<String, Map<String, Long>> byEngine() {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    for (Entry.CellDone done : cells.values()) {
      counts
          .computeIfAbsent(done.engine(), engine -> new TreeMap<>())
          .merge(done.verdict(), 1L, Long::sum);
    }
    return counts;
  }

  private void print(String what, ImmutableList<Change> changes, PrintStream out) {
    out.printf("%s: %s%n", what, changes.isEmpty() ? "nothing" : changes.size());
    for (Change change : changes) {
      out.println("  " + change);
      Entry.CellDone done = cells.get(change.cell());
      if (done != null) {
        out.println("    Alone: " + done.reproduce());
      }
    }
  }

  private void each(String what, String verdict, PrintStream out) {
    List<Entry.CellDone> found =
        cells.values().stream().filter(done -> done.verdict().equals(verdict)).toList();
    if (!found.isEmpty()) {
      out.printf("%s: %,d%n", what, found.size());
    }
    for (Entry.CellDone done : found) {
      out.printf(
          "  %s %s: %s%n    Alone: %s%n",
          done.engine(),
          done.cell(),
          done.message().isEmpty() ? done.stopped() : done.message(),
          done.reproduce());
    }
  }

  int exitCode() {
    boolean differs = !fromRecord.isEmpty() || !disagreements.isEmpty() || !fromLast.isEmpty();
    if (differs || night.failed() > 0 || night.unwritten() > 0) {
      return ExitCode.DIFFERS;
    }
    return cells.values().stream().anyMatch(done -> done.verdict().equals(UNKNOWN))
        ? ExitCode.UNKNOWN
        : ExitCode.OK;
  }
}
