package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cowcheck.ablation.Comparison;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;

/**
 * Two patches side by side, as one JSON object. The names of the fields are stable.
 *
 * @param before the name of the first patch
 * @param after the name of the second
 * @param pairs one per cell, changed or not
 */
public record ComparisonJson(String before, String after, List<PairJson> pairs) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /**
   * A cell under both.
   *
   * @param changed whether the verdict is another one
   * @param otherRaces whether the data races are others
   * @param exploredOnce whether no run comes by what the patches differ in
   */
  record PairJson(
      String scenario,
      String model,
      String platform,
      String accesses,
      boolean changed,
      boolean otherRaces,
      boolean exploredOnce,
      Side before,
      Side after) {}

  /** One side; the fields mean what they do in the report of a check. */
  record Side(
      String verdict,
      long executions,
      List<RacingPair> races,
      String stopped,
      String broken,
      String witness) {}

  /** The report as text. */
  public static String print(Comparison comparison, Map<Cell, Path> files) {
    return GSON.toJson(
        new ComparisonJson(
            comparison.before().name(),
            comparison.after().name(),
            comparison.pairs().stream().map(pair -> pair(pair, files)).toList()));
  }

  private static PairJson pair(Comparison.Pair pair, Map<Cell, Path> files) {
    Cell cell = pair.before().cell();
    return new PairJson(
        cell.scenario().name(),
        cell.model(),
        Cell.name(cell.platform()),
        Cell.name(cell.accesses()),
        pair.isChanged(),
        pair.hasOtherRaces(),
        pair.isShared(),
        side(pair.before(), files),
        side(pair.after(), files));
  }

  private static Side side(Outcome outcome, Map<Cell, Path> files) {
    Path file = files.get(outcome.cell());
    return new Side(
        outcome.verdict().word(),
        outcome.executions(),
        outcome.races(),
        outcome.stopped().isEmpty() ? null : outcome.stopped(),
        outcome.witness().map(witness -> witness.broken()).orElse(null),
        file == null ? null : file.toString());
  }
}
