package org.cowcheck.report;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.ablation.Ablation;
import org.cowcheck.ablation.Column;
import org.cowcheck.ablation.Finding;
import org.cowcheck.ablation.Part;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/**
 * What dropping the parts of a patch has shown, as one JSON object. The names of the fields are
 * stable.
 *
 * @param scenarios how many were looked at
 * @param whole what the whole patch does, per memory model
 * @param parts one after the other
 * @param allAtOnce what becomes of it if all goes that can go, where that is more than one thing
 */
public record AblationJson(
    String patch,
    int scenarios,
    List<WholeJson> whole,
    List<PartJson> parts,
    List<TrimJson> allAtOnce) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /**
   * The whole patch under one memory model.
   *
   * @param held how many scenarios are Never
   * @param broken those that are Sometimes, and so tell nothing
   */
  record WholeJson(
      String model,
      String platform,
      int held,
      long executions,
      List<String> broken,
      List<CellJson> unknown) {}

  /** A part. */
  record PartJson(String id, String kind, String title, String what, List<FindingJson> findings) {}

  /**
   * A part under one memory model.
   *
   * @param role necessary, redundant, data race, untold, not run or Unknown
   * @param sufficing the weakest barrier that is enough in its place, or null
   * @param weaker the verdict for each weaker barrier
   * @param held how many scenarios that come by it hold without it
   * @param silent how many that come by it break with the whole patch, as far as is known
   * @param protects the scenarios that break without it
   */
  record FindingJson(
      String model,
      String platform,
      String role,
      String sufficing,
      Map<String, String> weaker,
      int held,
      long executions,
      int silent,
      List<CellJson> protects,
      List<String> racy,
      List<CellJson> unknown) {}

  /**
   * A cell that breaks or was cut short.
   *
   * @param broken what the witness breaks, or null
   * @param witness the file that replays it, or null
   * @param stopped the bound that cut it short, or null
   */
  record CellJson(String scenario, String broken, String witness, String stopped) {}

  /** All at once under one memory model. */
  record TrimJson(
      String model,
      String platform,
      List<String> changes,
      int held,
      long executions,
      List<CellJson> broken,
      List<CellJson> unknown) {}

  /** The report as text. */
  public static String print(Ablation ablation, Map<Cell, Path> files) {
    return GSON.toJson(
        new AblationJson(
            ablation.patch().name(),
            ablation.scenarios(),
            ablation.wholes().stream().map(whole -> whole(whole, files)).toList(),
            ablation.findings().entrySet().stream()
                .map(entry -> part(entry.getKey(), entry.getValue(), files))
                .toList(),
            ablation.trims().stream().map(trim -> trim(trim, files)).toList()));
  }

  private static WholeJson whole(Ablation.Whole whole, Map<Cell, Path> files) {
    return new WholeJson(
        whole.column().model(),
        platform(whole.column()),
        whole.held(),
        whole.executions(),
        names(whole.broken()),
        cells(whole.open(), files));
  }

  private static PartJson part(Part part, ImmutableList<Finding> findings, Map<Cell, Path> files) {
    return new PartJson(
        part.id(),
        part.kind().word(),
        part.title(),
        part.what(),
        findings.stream().map(finding -> finding(finding, files)).toList());
  }

  private static FindingJson finding(Finding finding, Map<Cell, Path> files) {
    Map<String, String> weaker = new LinkedHashMap<>();
    finding.weaker().forEach((fence, verdict) -> weaker.put(fence.kernelName(), verdict.word()));
    return new FindingJson(
        finding.column().model(),
        platform(finding.column()),
        finding.role().word(),
        finding.sufficing().map(fence -> fence.kernelName()).orElse(null),
        weaker,
        finding.held(),
        finding.executions(),
        finding.silent(),
        cells(finding.broken(), files),
        names(finding.racy()),
        cells(finding.open(), files));
  }

  private static TrimJson trim(Ablation.Trim trim, Map<Cell, Path> files) {
    return new TrimJson(
        trim.column().model(),
        platform(trim.column()),
        trim.findings().stream().map(AblationJson::change).toList(),
        trim.held(),
        trim.executions(),
        cells(trim.broken(), files),
        cells(trim.open(), files));
  }

  private static String change(Finding finding) {
    return finding.sufficing().map(fence -> fence.kernelName() + " for ").orElse("without ")
        + finding.part().id();
  }

  private static String platform(Column column) {
    return Cell.name(column.platform());
  }

  private static ImmutableList<String> names(ImmutableList<Outcome> outcomes) {
    return outcomes.stream()
        .map(outcome -> outcome.cell().scenario().name())
        .collect(toImmutableList());
  }

  private static ImmutableList<CellJson> cells(
      ImmutableList<Outcome> outcomes, Map<Cell, Path> files) {
    return outcomes.stream()
        .map(
            outcome ->
                new CellJson(
                    outcome.cell().scenario().name(),
                    outcome.witness().map(witness -> witness.broken()).orElse(null),
                    files.containsKey(outcome.cell()) ? files.get(outcome.cell()).toString() : null,
                    outcome.witness().isPresent() || outcome.stopped().isEmpty()
                        ? null
                        : outcome.stopped()))
        .collect(toImmutableList());
  }
}
