package org.cowcheck.report;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cowcheck.ablation.Column;
import org.cowcheck.ablation.Comparison;
import org.cowcheck.ablation.Comparison.Pair;
import org.cowcheck.patch.Patch;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;

/** Two patches side by side, as text: what changes, with witnesses; the rest is counted. */
public final class ComparisonText {
  private static final int NAMED = 10;

  private final Comparison comparison;
  private final Map<Cell, Path> files;

  private ComparisonText(Comparison comparison, Map<Cell, Path> files) {
    this.comparison = comparison;
    this.files = files;
  }

  /**
   * The text.
   *
   * @param files what replays the witness of a cell
   */
  public static String print(Comparison comparison, Map<Cell, Path> files) {
    ComparisonText text = new ComparisonText(comparison, files);
    return text.head()
        + text.table()
        + text.witnesses()
        + text.races()
        + text.unknown()
        + text.rest();
  }

  private String head() {
    return named("A", comparison.before()) + named("B", comparison.after()) + "\n";
  }

  private static String named(String letter, Patch patch) {
    return Lines.paragraph(letter + "  " + patch.name() + ": " + patch.title(), 0, 3);
  }

  private ImmutableList<Pair> changed() {
    return comparison.pairs().stream()
        .filter(pair -> pair.isChanged() || pair.hasOtherRaces())
        .collect(toImmutableList());
  }

  private String table() {
    if (changed().isEmpty()) {
      return "";
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("scenario", "model", "A", "B"));
    for (Pair pair : changed()) {
      rows.add(
          List.of(
              scenario(pair),
              column(pair).toString(),
              pair.before().summary(),
              pair.after().summary()));
    }
    return Lines.table(rows) + "\n";
  }

  private static String scenario(Pair pair) {
    return pair.before().cell().scenario().name();
  }

  private static Column column(Pair pair) {
    Cell cell = pair.before().cell();
    return new Column(cell.model(), cell.platform());
  }

  /** The witness of the side that is Sometimes; each once, under all cells that have it. */
  private String witnesses() {
    ListMultimap<String, Outcome> byText = LinkedListMultimap.create();
    for (Pair pair : changed()) {
      if (pair.isChanged()) {
        Stream.of(pair.before(), pair.after())
            .forEach(
                outcome ->
                    outcome
                        .witness()
                        .ifPresent(
                            witness -> byText.put(WitnessSketch.print(witness, 2), outcome)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (String witness : byText.keySet()) {
      for (Outcome outcome : byText.get(witness)) {
        text.append(
            "%s, %s: under %s%n"
                .formatted(
                    outcome.cell().scenario(),
                    new Column(outcome.cell().model(), outcome.cell().platform()),
                    outcome.cell().patch().equals(comparison.before()) ? "A" : "B"));
      }
      text.append(witness);
      for (Outcome outcome : byText.get(witness)) {
        Path file = files.get(outcome.cell());
        text.append(file == null ? "  no replay file\n" : "  replay " + file + "\n");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String races() {
    StringBuilder text = new StringBuilder();
    for (Pair pair : changed()) {
      if (pair.hasOtherRaces()) {
        text.append("%s, %s: other data races%n".formatted(scenario(pair), column(pair)));
        text.append(races("A", pair.before(), pair.after()));
        text.append(races("B", pair.after(), pair.before())).append('\n');
      }
    }
    return text.toString();
  }

  private static String races(String letter, Outcome of, Outcome other) {
    return of.races().stream()
        .filter(race -> !other.races().contains(race))
        .map(race -> "  only under %s: %s%n".formatted(letter, show(race)))
        .collect(Collectors.joining());
  }

  private static String show(RacingPair race) {
    return "%s: %s against %s".formatted(race.word(), race.first(), race.second());
  }

  private String unknown() {
    ImmutableList<Pair> open =
        comparison.pairs().stream().filter(Pair::isUnknown).collect(toImmutableList());
    if (open.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            "Not known whether they change: %s; raise the bound or compare fewer cells.%n"
                .formatted(Lines.count(open.size(), "cell")));
    for (Pair pair : open.subList(0, Math.min(NAMED, open.size()))) {
      text.append(
          "  %s, %s: A %s, B %s%n"
              .formatted(scenario(pair), column(pair), known(pair.before()), known(pair.after())));
    }
    if (open.size() > NAMED) {
      text.append("  and %d more%n".formatted(open.size() - NAMED));
    }
    return text + "\n";
  }

  private static String known(Outcome outcome) {
    return outcome.verdict() == Verdict.UNKNOWN && !outcome.stopped().isEmpty()
        ? "Unknown (" + outcome.stopped() + ")"
        : outcome.summary();
  }

  private String rest() {
    ImmutableList<Pair> same =
        comparison.pairs().stream()
            .filter(pair -> !pair.isUnknown() && !pair.isChanged() && !pair.hasOtherRaces())
            .collect(toImmutableList());
    long never = same.stream().filter(pair -> pair.before().verdict() == Verdict.NEVER).count();
    long shared = same.stream().filter(Pair::isShared).count();
    return "%,d of %s %s.%n"
            .formatted(
                changed().size(),
                Lines.count(comparison.pairs().size(), "cell"),
                changed().size() == 1 ? "changes" : "change")
        + (same.isEmpty()
            ? ""
            : "%s as before: %,d Never, %,d Sometimes.%n"
                .formatted(
                    Lines.count(same.size(), "cell") + (same.size() == 1 ? " is" : " are"),
                    never,
                    same.size() - never))
        + (shared == 0
            ? ""
            : Lines.paragraph(
                "%,d of these %s by nothing that A and B differ in, and %s explored once."
                    .formatted(
                        shared, shared == 1 ? "comes" : "come", shared == 1 ? "was" : "were"),
                0,
                0));
  }
}
