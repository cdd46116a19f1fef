package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cowcheck.diff.Reading;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;

/**
 * Outcomes as one JSON object, for other programs.
 *
 * @param diffs how each diff was read
 * @param results one per cell, in the order of the table
 */
public record JsonReport(List<Diff> diffs, List<Result> results) {

  /**
   * How a diff was read.
   *
   * @param patch the name that its results have
   * @param whyBase why it applies to that
   * @param notes on the text that was read
   */
  record Diff(
      String patch, String base, String whyBase, List<String> notes, List<Change> changes) {}

  /**
   * A change of a diff. The names of the fields are stable.
   *
   * @param hunk its number in the file, from 1
   * @param line of its first changed line in the diff, from 1
   * @param function the kernel function, or null
   * @param modelledAs what it is to the model, or null if nothing
   * @param note why it is not modelled, or null
   * @param lines the changed lines
   */
  record Change(
      String file,
      int hunk,
      int line,
      String function,
      String modelledAs,
      String note,
      List<String> lines) {}

  /**
   * One cell. The names of the fields are stable.
   *
   * @param recorded the verdict on record, or null
   * @param asRecorded whether verdict and races are as on record
   * @param base for a patch that is not on record, what it is held against, or null
   * @param baseRecorded the verdict on record of the base, races included, or null
   * @param stopped the bound that was reached, or null
   * @param estimate if stopped, about how many executions there are in all, or null
   * @param broken for Sometimes, what the witness breaks
   * @param witness for Sometimes, the file that replays it
   */
  record Result(
      String scenario,
      String patch,
      String platform,
      String model,
      String accesses,
      String verdict,
      long executions,
      long blocked,
      double seconds,
      List<RacingPair> races,
      String recorded,
      boolean asRecorded,
      String base,
      String baseRecorded,
      String stopped,
      Double estimate,
      String broken,
      String witness) {}

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /** The report as text. */
  public static String print(
      List<Reading> diffs,
      List<Outcome> outcomes,
      Expectations expectations,
      Bases bases,
      Map<Outcome, Path> witnesses) {
    return GSON.toJson(
        new JsonReport(
            diffs.stream().map(JsonReport::diff).toList(),
            outcomes.stream()
                .map(outcome -> result(outcome, expectations, bases, witnesses.get(outcome)))
                .toList()));
  }

  private static Diff diff(Reading reading) {
    return new Diff(
        reading.patch().name(),
        reading.base().name(),
        reading.whyBase(),
        reading.notes(),
        reading.rows().stream()
            .map(
                row ->
                    new Change(
                        row.file(),
                        row.hunk(),
                        row.line(),
                        row.function().isEmpty() ? null : row.function(),
                        row.isModelled() ? row.modelledAs() : null,
                        row.note().isEmpty() ? null : row.note(),
                        row.lines()))
            .toList());
  }

  private static Result result(
      Outcome outcome, Expectations expectations, Bases bases, Path witness) {
    Cell cell = outcome.cell();
    Optional<Bases.Base> base = bases.of(cell, expectations);
    return new Result(
        cell.scenario().name(),
        cell.patch().name(),
        Cell.name(cell.platform()),
        cell.model(),
        Cell.name(cell.accesses()),
        outcome.verdict().word(),
        outcome.executions(),
        outcome.blocked(),
        outcome.seconds(),
        outcome.races(),
        expectations.verdict(cell).map(Verdict::word).orElse(null),
        expectations.agrees(outcome),
        base.map(held -> held.patch().name()).orElse(null),
        base.map(Bases.Base::summary).orElse(null),
        outcome.stopped().isEmpty() ? null : outcome.stopped(),
        outcome.estimate() == 0 ? null : outcome.estimate(),
        outcome.witness().map(shown -> shown.broken()).orElse(null),
        witness == null ? null : witness.toString());
  }
}
