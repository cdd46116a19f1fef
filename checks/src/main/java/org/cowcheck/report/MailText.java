package org.cowcheck.report;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.commons.text.WordUtils;
import org.cowcheck.execution.Event;
import org.cowcheck.patch.Accesses;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;

/**
 * A check as plain text for the reply to a mail, at most {@value #WIDTH} columns wide: each
 * violation with its interleaving, what would stop it and how to see it again, then what was found
 * in order.
 */
public final class MailText {
  /** The width of a mail. */
  static final int WIDTH = 72;

  private static final String INDENT = "  ";

  private static final int NAMED_CELLS = 20;

  private final Function<Outcome, ImmutableList<String>> suggestions;
  private final Function<Cell, String> command;

  /**
   * Mails about checks.
   *
   * @param suggestions what stops a violation, a sentence each; nothing if nobody looked
   * @param command the command line that checks one cell
   */
  public MailText(
      Function<Outcome, ImmutableList<String>> suggestions, Function<Cell, String> command) {
    this.suggestions = suggestions;
    this.command = command;
  }

  /** The text of a check. */
  public String print(List<Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    for (Outcome outcome : outcomes) {
      if (!outcome.isClean()) {
        text.append(notClean(outcome)).append('\n');
      }
    }
    return text + clean(outcomes);
  }

  private String notClean(Outcome outcome) {
    StringBuilder text = new StringBuilder();
    Cell cell = outcome.cell();
    text.append(
        wrap(
            outcome.summary()
                + ": "
                + cell.scenario().name()
                + " under "
                + cell.patch().name()
                + ", "
                + context(cell)));
    text.append(wrap(capital(cell.scenario().title()) + ".")).append('\n');
    outcome.witness().ifPresent(witness -> text.append(witness(witness)));
    if (!outcome.races().isEmpty()) {
      text.append("Data races, after which LKMM promises nothing:\n");
      for (RacingPair race : outcome.races()) {
        text.append(
            indent(race.word() + ": " + race.first() + " against " + race.second(), INDENT));
      }
      text.append('\n');
    }
    if (outcome.verdict() == Verdict.UNKNOWN) {
      text.append(
          wrap(
              String.format(
                  "Not explored to the end (%s) after %,d executions.",
                  outcome.stopped().isEmpty() ? "no execution is complete" : outcome.stopped(),
                  outcome.executions())));
      text.append('\n');
    }
    ImmutableList<String> stops = suggestions.apply(outcome);
    if (!stops.isEmpty()) {
      text.append("What stops it:\n");
      stops.forEach(stop -> text.append(indent("- " + stop, INDENT)));
      text.append('\n');
    }
    return text + reproduce(outcome.cell());
  }

  private static String context(Cell cell) {
    return cell.model()
        + " on "
        + Cell.name(cell.platform())
        + (cell.accesses() == Accesses.MARKED ? "" : ", accesses as written");
  }

  private static String witness(Witness witness) {
    return wrap(capital(witness.broken()) + ".")
        + wrap(reordered(witness))
        + '\n'
        + new MailColumns(witness, WIDTH).print()
        + '\n';
  }

  private static String reordered(Witness witness) {
    if (witness.reordered().isEmpty()) {
      return witness.cycle().isEmpty()
          ? "No reordering is needed: this is an interleaving."
          : "No interleaving does it: writes reach the CPUs in different orders.";
    }
    EventText events = new EventText(witness);
    return witness.reordered().stream()
        .map(
            pair ->
                String.format(
                    "%s takes effect before %s, which comes first in %s.",
                    events.name(pair.second()),
                    events.name(pair.first()),
                    function(witness.graph().event(pair.first()))))
        .collect(joining(" "));
  }

  private static String function(Event event) {
    return event.step().kernelFunction() + "()";
  }

  /** How to see it again. The line of a command is not broken; it is there to be copied. */
  private String reproduce(Cell cell) {
    return "To see it again:\n" + INDENT + command.apply(cell) + "\n";
  }

  private static String clean(List<Outcome> outcomes) {
    List<Outcome> clean = outcomes.stream().filter(Outcome::isClean).toList();
    if (clean.isEmpty()) {
      return "";
    }
    long executions = clean.stream().mapToLong(Outcome::executions).sum();
    StringBuilder text = new StringBuilder();
    text.append("Never:\n");
    for (Outcome outcome : clean.subList(0, Math.min(clean.size(), NAMED_CELLS))) {
      Cell cell = outcome.cell();
      text.append(
          indent(
              String.format(
                  "%s, %s, %s: %,d executions",
                  cell.scenario().name(), cell.patch().name(), context(cell), outcome.executions()),
              INDENT));
    }
    if (clean.size() > NAMED_CELLS) {
      text.append(INDENT).append("and %d more%n".formatted(clean.size() - NAMED_CELLS));
    }
    text.append('\n');
    text.append(
        wrap(
            String.format(
                "%,d executions in all, each seen once; executions with a cycle of po and rf (load"
                    + " buffering) are not among them.",
                executions)));
    return text.toString();
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String wrap(String text) {
    return WordUtils.wrap(text, WIDTH) + "\n";
  }

  private static String indent(String text, String indent) {
    return WordUtils.wrap(text, WIDTH - 2 * indent.length())
            .replace("\n", "\n" + indent + indent)
            .transform(lines -> indent + lines)
        + "\n";
  }
}
