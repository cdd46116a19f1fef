package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.cowcheck.execution.Event;
import org.cowcheck.memory.Step;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;

/** Findings as text: one whole, or all of them in a summary. */
public final class FindingText {
  private static final int NAMED_PROGRAMS = 20;

  private final Finding finding;
  private final Map<String, Step> steps = new HashMap<>();
  private final StringBuilder text = new StringBuilder();

  private FindingText(Finding finding) {
    this.finding = finding;
    Witness witness = finding.outcome().witness().orElseThrow();
    for (int id : witness.rows()) {
      Event event = witness.graph().event(id);
      steps.put(event.step().label(), event.step());
    }
  }

  /**
   * A finding: its cause, whether it is known, where it exists, what stops it, and the witness.
   *
   * @param command the command line that checks a cell
   */
  public static String print(Finding finding, Function<Cell, String> command) {
    return new FindingText(finding).print(command);
  }

  private String print(Function<Cell, String> command) {
    Cell cell = finding.cell();
    Cause cause = finding.cause();
    paragraph(
        "Finding %d, %s: %s under %s, %s x %s"
            .formatted(
                finding.number(),
                finding.standing().word(),
                finding.program(),
                cell.patch(),
                cell.model(),
                Cell.name(cell.platform())));
    paragraph(capital(cell.scenario().title()) + ".");
    text.append('\n');
    paragraph("Broken: " + cause.broken());
    order(cause);
    if (!cause.effects().isEmpty()) {
      text.append("It would not be broken without:\n");
      cause.effects().forEach(effect -> item(access(effect)));
    }
    reordered(cause);
    text.append('\n');
    standing();
    text.append("Where it exists:\n").append(contexts()).append('\n');
    repairs();
    seen();
    text.append("To see it again:\n  ").append(command.apply(cell)).append("\n\n");
    text.append(WitnessText.print(finding.outcome().witness().orElseThrow()));
    return text.toString();
  }

  private void order(Cause cause) {
    if (cause.order().isEmpty()) {
      paragraph("It takes no race: whatever the order in which CPUs go on, or on one CPU.");
      return;
    }
    text.append("It is enough that:\n");
    for (Cause.Before before : cause.order()) {
      item(access(before.first()) + " comes before " + access(before.second()));
    }
    if (!finding.outcome().stopped().isEmpty()) {
      item(
          "as far as was explored (%s, %,d executions)"
              .formatted(finding.outcome().stopped(), finding.outcome().executions()));
    }
  }

  private void reordered(Cause cause) {
    if (cause.reordered().isEmpty()) {
      Witness witness = finding.outcome().witness().orElseThrow();
      paragraph(
          witness.cycle().isEmpty()
              ? "Reordered: nothing; this is an interleaving"
              : "Reordered: no pair on one CPU; writes reach the CPUs in different orders");
    }
    for (Cause.Swap swap : cause.reordered()) {
      paragraph(
          "Reordered: " + access(swap.second()) + " takes effect before " + access(swap.first()));
    }
  }

  /** An access with its step in words. */
  private String access(String words) {
    int space = words.indexOf(' ');
    Step step = space < 0 ? null : steps.get(words.substring(0, space));
    return step == null
        ? words
        : "(%s)%s [%s, %s()]"
            .formatted(step.label(), words.substring(space), step.what(), step.kernelFunction());
  }

  private void standing() {
    switch (finding.standing()) {
      case KNOWN -> text.append("Known in the catalogue:\n");
      case VARIANT -> text.append("A variant of what is in the catalogue:\n");
      case NEW -> paragraph("New: no scenario of the catalogue is like it under this patch.");
    }
    for (Finding.Likeness like : finding.like()) {
      item("%s (%s): %s".formatted(like.scenario(), like.origin(), like.why()));
    }
    text.append('\n');
  }

  private String contexts() {
    List<ImmutableList<String>> rows = new ArrayList<>();
    ListMultimap<String, Finding.Context> byPlatform = LinkedListMultimap.create();
    finding.contexts().forEach(context -> byPlatform.put(Cell.name(context.platform()), context));
    ImmutableList.Builder<String> head = ImmutableList.builder();
    head.add("");
    byPlatform.values().stream().map(Finding.Context::model).distinct().forEach(head::add);
    rows.add(head.build());
    for (String platform : byPlatform.keySet()) {
      ImmutableList.Builder<String> row = ImmutableList.builder();
      row.add(platform);
      for (Finding.Context context : byPlatform.get(platform)) {
        row.add(
            context.verdict() == Verdict.UNKNOWN
                ? "Unknown (%s)".formatted(context.stopped())
                : context.verdict().word());
      }
      rows.add(row.build());
    }
    return Lines.table(rows);
  }

  private void repairs() {
    if (finding.repairs().isEmpty()) {
      paragraph("What stops it: nobody knows; the search came to no end within its bounds.");
    }
    for (Synthesis repair : finding.repairs()) {
      text.append("What stops it in this program, under %s:%n".formatted(repair.model()));
      stops(repair).forEach(this::item);
    }
    text.append('\n');
  }

  /** What stops it, a sentence each. */
  public static ImmutableList<String> stops(Synthesis repair) {
    return switch (repair.ending()) {
      case FOUND ->
          repair.sets().stream()
              .map(
                  set ->
                      String.join(
                          "; and ", set.edits().stream().map(Synthesis.Chosen::words).toList()))
              .collect(ImmutableList.toImmutableList());
      case NONE ->
          ImmutableList.of(
              noFence(repair)
                  ? "no fence helps, and no second look that the model knows"
                  : "no set of up to %d fences, second looks or marks"
                      .formatted(repair.asked().maxEdits()));
      case NOTHING_NEEDED -> ImmutableList.of("nothing is needed");
      case UNKNOWN -> ImmutableList.of("not known: " + repair.rest());
    };
  }

  /** Whether all fences together leave it possible. */
  static boolean noFence(Synthesis repair) {
    return repair.defeat().map(Synthesis.Defeat::fencesLeaveIt).orElse(false);
  }

  private void seen() {
    int programs = finding.seen().size();
    text.append("Found in ").append(Lines.count(programs, "program")).append(":\n");
    for (Finding.Seen seen : finding.seen().subList(0, Math.min(programs, NAMED_PROGRAMS))) {
      item("%s, %s x %s".formatted(seen.program(), seen.model(), Cell.name(seen.platform())));
    }
    if (programs > NAMED_PROGRAMS) {
      item("and %d more; findings.json has all".formatted(programs - NAMED_PROGRAMS));
    }
    text.append('\n');
  }

  private void paragraph(String words) {
    text.append(Lines.paragraph(words, 0, 2));
  }

  private void item(String words) {
    text.append(Lines.paragraph(words, 2, 4));
  }

  private static String capital(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** All findings, a few lines each: those first that nobody knows. */
  public static String summary(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d new, %d variants, %d known%n"
            .formatted(
                Lines.count(findings.size(), "finding"),
                count(findings, Finding.Standing.NEW),
                count(findings, Finding.Standing.VARIANT),
                count(findings, Finding.Standing.KNOWN)));
    for (Finding.Standing standing :
        List.of(Finding.Standing.NEW, Finding.Standing.VARIANT, Finding.Standing.KNOWN)) {
      for (Finding finding : findings) {
        if (finding.standing() == standing) {
          text.append('\n').append(inShort(finding));
        }
      }
    }
    return text.toString();
  }

  private static long count(List<Finding> findings, Finding.Standing standing) {
    return findings.stream().filter(finding -> finding.standing() == standing).count();
  }

  private static String inShort(Finding finding) {
    Cell cell = finding.cell();
    StringBuilder text = new StringBuilder();
    text.append(
        Lines.paragraph(
            "%02d %s: %s under %s, %s x %s; %s"
                .formatted(
                    finding.number(),
                    finding.standing().word(),
                    finding.program(),
                    cell.patch(),
                    cell.model(),
                    Cell.name(cell.platform()),
                    Lines.count(finding.seen().size(), "program")),
            0,
            5));
    text.append(Lines.paragraph(finding.cause().broken(), 3, 5));
    for (Cause.Before before : finding.cause().order()) {
      text.append(Lines.paragraph("if " + before.words(), 3, 5));
    }
    for (Cause.Swap swap : finding.cause().reordered()) {
      text.append(Lines.paragraph("reordered: " + swap, 3, 5));
    }
    finding.like().stream()
        .limit(1)
        .forEach(
            like ->
                text.append(
                    Lines.paragraph(
                        "%s%s (%s): %s"
                            .formatted(
                                like.scenario(),
                                finding.like().size() == 1
                                    ? ""
                                    : " and %d more".formatted(finding.like().size() - 1),
                                like.origin(),
                                like.why()),
                        3,
                        5)));
    finding.repairs().stream()
        .limit(1)
        .forEach(
            repair -> text.append(Lines.paragraph("stopped by: " + stops(repair).get(0), 3, 5)));
    return text.toString();
  }
}
