package org.cowcheck.report;

import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Multimaps;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A run as text: its summary, what changed, and what is not Never. */
public final class RunText {
  private final RunReport report;
  private final StringBuilder text = new StringBuilder();

  private RunText(RunReport report) {
    this.report = report;
  }

  /** The text of a run. */
  public static String print(RunReport report) {
    RunText page = new RunText(report);
    page.head();
    page.changes(RunReport.RECORD, "Not as recorded");
    if (report.history().size() > 1) {
      page.changes(RunReport.LAST_RUN, "Otherwise than in the run before");
    }
    page.sometimes();
    page.each("Failed", cell -> cell.is(RunReport.FAILED), RunReport.Result::message);
    page.each("Unknown", cell -> cell.is(RunReport.UNKNOWN), RunText::bound);
    return page.text.toString();
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void head() {
    RunReport.Run run = report.run();
    line(
        "Run %d of %s, %s to %s",
        run.run(),
        report.journal(),
        run.started(),
        run.ended() == null ? "now: it has not ended" : run.ended());
    line("on %s, %s", run.machine(), run.java());
    if (!run.shard().equals("1/1")) {
      line("part %s", run.shard());
    }
    line(
        "%,d of %,d cells: %,d Never, %,d Sometimes, %,d Unknown, %,d failed; %,.0f s of work",
        run.done(),
        run.planned(),
        run.never(),
        run.sometimes(),
        run.unknown(),
        run.failed(),
        run.seconds());
    for (RunReport.Damage damage : report.damaged()) {
      line("line %d of the journal is left out: %s", damage.line(), damage.why());
    }
    line("");
  }

  private void changes(String since, String title) {
    List<RunReport.Change> changes =
        report.changes().stream().filter(change -> change.since().equals(since)).toList();
    line("%s: %s", title, changes.isEmpty() ? "nothing" : String.valueOf(changes.size()));
    changes.forEach(change -> line("  %s", change.text()));
    line("");
  }

  /** Cells of one scenario and patch are one line. */
  private void sometimes() {
    List<RunReport.Result> cells =
        report.cells().stream().filter(cell -> cell.is(RunReport.SOMETIMES)).toList();
    line("Sometimes: %,d", cells.size());
    ListMultimap<String, String> where = LinkedListMultimap.create();
    for (RunReport.Result cell : cells) {
      if (cell.patch() == null) {
        where.put(cell.engine() + ": " + cell.cell(), "");
      } else {
        where.put(
            cell.group() + " " + cell.patch() + accesses(cell),
            cell.model() + " x " + cell.platform());
      }
    }
    for (Map.Entry<String, List<String>> entry : asLists(where).entrySet()) {
      String models =
          entry.getValue().stream()
              .filter(model -> !model.isEmpty())
              .collect(Collectors.joining(", "));
      line("  %s%s", entry.getKey(), models.isEmpty() ? "" : ": " + models);
    }
    line("");
  }

  private static Map<String, List<String>> asLists(ListMultimap<String, String> map) {
    return Multimaps.asMap(map);
  }

  private static String accesses(RunReport.Result cell) {
    return cell.accesses().equals("marked") ? "" : " " + cell.accesses();
  }

  private void each(
      String title, Predicate<RunReport.Result> condition, Function<RunReport.Result, String> why) {
    List<RunReport.Result> cells = report.cells().stream().filter(condition).toList();
    line("%s: %s", title, cells.isEmpty() ? "nothing" : String.valueOf(cells.size()));
    for (RunReport.Result cell : cells) {
      line("  %s: %s", cell.cell(), why.apply(cell));
      line("    %s", cell.reproduce());
    }
  }

  private static String bound(RunReport.Result cell) {
    return cell.stopped() == null
        ? "no execution is complete"
        : "%s, after %,d executions".formatted(cell.stopped(), cell.executions());
  }
}
