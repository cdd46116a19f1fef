package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Synthesis;

/**
 * A synthesis as one JSON object, for other programs. The names of the fields are stable.
 *
 * @param result found, nothing_needed, none or unknown
 * @param start the scenarios under the patch itself
 * @param rest why there is no further set
 * @param defeat what defeats every set, or null
 */
public record SynthesisJson(
    String patch,
    String platform,
    String model,
    String accesses,
    String result,
    List<String> allowed,
    int maxEdits,
    List<Proof> start,
    List<Found> sets,
    String rest,
    Defeat defeat,
    Synthesis.Effort effort) {

  /** A scenario that was explored. */
  record Proof(String scenario, String verdict, int races, long executions) {}

  /** A set. */
  record Found(int cost, List<Edit> edits, List<Proof> proofs) {}

  /** An edit of a set. */
  record Edit(
      String edit,
      boolean undone,
      String kind,
      int cost,
      String function,
      String step,
      String words,
      List<String> beside,
      List<String> sameInEveryExecution,
      String neededFor) {}

  /** What defeats every set. */
  record Defeat(
      String scenario,
      String broken,
      boolean isInterleaving,
      boolean fencesLeaveIt,
      String witness) {}

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /** The report as text. */
  public static String print(Synthesis synthesis) {
    return GSON.toJson(
        new SynthesisJson(
            synthesis.patch().name(),
            Cell.name(synthesis.platform()),
            synthesis.model(),
            Cell.name(synthesis.accesses()),
            synthesis.ending().name().toLowerCase(Locale.ROOT),
            synthesis.asked().kinds(),
            synthesis.asked().maxEdits(),
            proofs(synthesis.start()),
            synthesis.sets().stream().map(SynthesisJson::found).toList(),
            synthesis.rest(),
            synthesis.defeat().map(SynthesisJson::defeat).orElse(null),
            synthesis.effort()));
  }

  private static List<Proof> proofs(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(
            outcome ->
                new Proof(
                    outcome.cell().scenario().name(),
                    outcome.verdict().word(),
                    outcome.races().size(),
                    outcome.executions()))
        .toList();
  }

  private static Found found(Synthesis.SafeSet set) {
    return new Found(
        set.cost(),
        set.edits().stream()
            .map(
                chosen ->
                    new Edit(
                        SynthesisText.name(chosen.edit()),
                        chosen.undone(),
                        chosen.kind(),
                        chosen.cost(),
                        chosen.function(),
                        chosen.label(),
                        chosen.words(),
                        chosen.beside(),
                        chosen.twins(),
                        chosen.without().cell().scenario().name()))
            .toList(),
        proofs(set.proofs()));
  }

  private static Defeat defeat(Synthesis.Defeat defeat) {
    return new Defeat(
        defeat.scenario(),
        defeat.witness().broken(),
        defeat.witness().cycle().isEmpty(),
        defeat.fencesLeaveIt(),
        WitnessText.print(defeat.witness()));
  }
}
