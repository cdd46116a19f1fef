package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.Collection;
import java.util.Locale;

/**
 * A run in the Kernel Test Anything Protocol, version 1 (Documentation/dev-tools/ktap.rst): a test
 * per scenario, and its cells as subtests.
 *
 * <p>A cell is {@code ok} if it is as recorded and as in the run before, be it Sometimes; {@code
 * not ok} if anything changed; {@code not ok} with {@code ERROR} if its engine failed. An Unknown
 * is {@code SKIP}, or {@code TIMEOUT} where an answer is on record.
 */
public final class Ktap {
  private final RunReport report;
  private final ImmutableListMultimap<String, RunReport.Change> changes;
  private final StringBuilder text = new StringBuilder();

  private Ktap(RunReport report) {
    this.report = report;
    this.changes = report.changesByCell();
  }

  /** The lines of a run. */
  public static String print(RunReport report) {
    return new Ktap(report).print();
  }

  private String print() {
    ImmutableListMultimap<String, RunReport.Result> groups = report.byGroup();
    text.append("KTAP version 1\n");
    text.append("1..").append(groups.keySet().size()).append('\n');
    comment("", "cowcheck: run %d of %s".formatted(report.run().run(), report.journal()));
    for (RunReport.Damage damage : report.damaged()) {
      comment("", "journal line %d is left out: %s".formatted(damage.line(), damage.why()));
    }
    if (report.run().done() < report.run().planned()) {
      comment(
          "",
          "%d of %d cells of the run are not done"
              .formatted(report.run().planned() - report.run().done(), report.run().planned()));
    }
    int number = 0;
    for (String group : groups.keySet()) {
      number++;
      group(number, group, groups.get(group));
    }
    return text.toString();
  }

  private void group(int number, String group, ImmutableList<RunReport.Result> cells) {
    text.append("  KTAP version 1\n");
    comment("  ", "Subtest: " + group);
    text.append("  1..").append(cells.size()).append('\n');
    int subtest = 0;
    for (RunReport.Result cell : cells) {
      subtest++;
      cell(subtest, cell);
    }
    String directive = cells.stream().allMatch(this::isSkipped) ? " # SKIP all are Unknown" : "";
    result("", cells.stream().allMatch(this::isOk), number, plain(group) + directive);
  }

  private void cell(int number, RunReport.Result cell) {
    for (RunReport.Change change : of(cell)) {
      comment("  ", change.text());
    }
    if (!isOk(cell)) {
      comment("  ", "reproduce: " + cell.reproduce());
    }
    result(
        "  ", isOk(cell), number, plain(cell.name()) + " # " + directive(cell) + plain(why(cell)));
  }

  private String directive(RunReport.Result cell) {
    if (cell.is(RunReport.FAILED)) {
      return "ERROR ";
    }
    if (cell.is(RunReport.UNKNOWN)) {
      return isOk(cell) ? "SKIP " : "TIMEOUT ";
    }
    return "";
  }

  private static String why(RunReport.Result cell) {
    if (cell.is(RunReport.FAILED)) {
      return cell.message();
    }
    return String.format(
        Locale.ROOT,
        "%s, %d executions%s%s",
        cell.summary(),
        cell.executions(),
        cell.stopped() == null ? "" : ", stopped by " + cell.stopped(),
        cell.recorded() == null ? "" : ", on record " + cell.recorded());
  }

  private Collection<RunReport.Change> of(RunReport.Result cell) {
    return changes.get(RunReport.key(cell));
  }

  private boolean isOk(RunReport.Result cell) {
    return cell.isAsExpected(of(cell));
  }

  private boolean isSkipped(RunReport.Result cell) {
    return cell.is(RunReport.UNKNOWN) && isOk(cell);
  }

  private void result(String indent, boolean ok, int number, String rest) {
    text.append(indent)
        .append(ok ? "ok " : "not ok ")
        .append(number)
        .append(' ')
        .append(rest)
        .append('\n');
  }

  private void comment(String indent, String words) {
    text.append(indent).append("# ").append(plain(words)).append('\n');
  }

  /** Without what would end a description or a line. */
  private static String plain(String words) {
    return String.valueOf(words).replace('#', ' ').replaceAll("\\p{Cntrl}+", " ").strip();
  }
}
