package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;

/**
 * Outcomes as one JSON object, for other programs.
 *
 * @param results one per cell, in the order of the table
 */
public record JsonReport(List<Result> results) {

  /**
   * One cell. The names of the fields are stable.
   *
   * @param recorded the verdict on record, or null
   * @param asRecorded whether verdict and races are as on record
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
      String stopped,
      Double estimate,
      String broken,
      String witness) {}

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /** The report as text. */
  public static String print(
      List<Outcome> outcomes, Expectations expectations, Map<Outcome, Path> witnesses) {
    return GSON.toJson(
        new JsonReport(
            outcomes.stream()
                .map(outcome -> result(outcome, expectations, witnesses.get(outcome)))
                .toList()));
  }

  private static Result result(Outcome outcome, Expectations expectations, Path witness) {
    Cell cell = outcome.cell();
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
        outcome.stopped().isEmpty() ? null : outcome.stopped(),
        outcome.estimate() == 0 ? null : outcome.estimate(),
        outcome.witness().map(shown -> shown.broken()).orElse(null),
        witness == null ? null : witness.toString());
  }
}
