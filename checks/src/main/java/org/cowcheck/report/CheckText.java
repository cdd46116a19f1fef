package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;

/** A check as text: witnesses, data races, tables, how Never is known, and a summary. */
public final class CheckText {
  private static final int NAMED_CELLS = 10;

  private final Expectations expectations;
  private final Bases bases;
  private final ImmutableMap<Outcome, Path> files;

  /**
   * The text of checks.
   *
   * @param bases what those patches are held against that are not on record
   * @param files what replays an outcome
   */
  public CheckText(Expectations expectations, Bases bases, Map<Outcome, Path> files) {
    this.expectations = expectations;
    this.bases = bases;
    this.files = ImmutableMap.copyOf(files);
  }

  /** The text of a check. */
  public String print(List<Outcome> outcomes) {
    VerdictTable table = new VerdictTable(expectations, bases);
    return witnesses(outcomes)
        + races(outcomes)
        + table.print(outcomes)
        + notes(outcomes)
        + table.summary(outcomes)
        + "\n";
  }

  /** Each witness once, under all the cells that have it. */
  private String witnesses(List<Outcome> outcomes) {
    ListMultimap<String, Outcome> byText = LinkedListMultimap.create();
    for (Outcome outcome : outcomes) {
      outcome.witness().ifPresent(witness -> byText.put(WitnessText.print(witness), outcome));
    }
    StringBuilder text = new StringBuilder();
    for (String witness : byText.keySet()) {
      for (Outcome outcome : byText.get(witness)) {
        text.append(String.format("%s: %s%n", outcome.cell(), outcome.summary()));
      }
      text.append(witness);
      for (Outcome outcome : byText.get(witness)) {
        Path file = files.get(outcome);
        text.append(file == null ? "  no replay file\n" : "  replay " + file + "\n");
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** Each set of data races once, under all the cells that have it. */
  private static String races(List<Outcome> outcomes) {
    ListMultimap<ImmutableList<RacingPair>, Outcome> byRaces = LinkedListMultimap.create();
    for (Outcome outcome : outcomes) {
      if (!outcome.races().isEmpty()) {
        byRaces.put(outcome.races(), outcome);
      }
    }
    StringBuilder text = new StringBuilder();
    for (ImmutableList<RacingPair> races : byRaces.keySet()) {
      for (Outcome outcome : byRaces.get(races)) {
        text.append(String.format("%s: data races; LKMM promises nothing then%n", outcome.cell()));
      }
      for (RacingPair race : races) {
        text.append(
            String.format("  %s: %s against %s%n", race.word(), race.first(), race.second()));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** How Never is known, and which bounds were reached. */
  private static String notes(List<Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    if (outcomes.stream().anyMatch(outcome -> outcome.verdict() == Verdict.NEVER)) {
      text.append(
          "Never: the explorer saw every execution in which (po | rf) has no cycle; executions are"
              + " counted once.\n");
    }
    if (outcomes.stream()
        .anyMatch(
            outcome ->
                outcome.verdict() == Verdict.NEVER && outcome.cell().model().equals("lkmm"))) {
      text.append("Never (lkmm): load buffering is not explored in model programs.\n");
    }
    ListMultimap<String, Outcome> unknown = LinkedListMultimap.create();
    for (Outcome outcome : outcomes) {
      if (!outcome.stopped().isEmpty()) {
        unknown.put(outcome.stopped(), outcome);
      } else if (outcome.verdict() == Verdict.UNKNOWN) {
        unknown.put("no execution is complete", outcome);
      }
    }
    for (String reason : unknown.keySet()) {
      List<Outcome> stopped = unknown.get(reason);
      text.append(String.format("Not explored to the end (%s): %d cells", reason, stopped.size()));
      text.append("; raise the bound or check fewer cells.\n");
      for (Outcome outcome : stopped.subList(0, Math.min(stopped.size(), NAMED_CELLS))) {
        text.append(
            String.format(
                "  %s: verdict %s after %,d executions%s%n",
                outcome.cell(), outcome.verdict().word(), outcome.executions(), of(outcome)));
      }
      if (stopped.size() > NAMED_CELLS) {
        text.append(String.format("  and %d more%n", stopped.size() - NAMED_CELLS));
      }
    }
    return text.toString();
  }

  /** How many executions a cell that was stopped has, about. */
  private static String of(Outcome outcome) {
    return outcome.estimate() > outcome.executions()
        ? String.format(" of about %,.0f", outcome.estimate())
        : "";
  }
}
