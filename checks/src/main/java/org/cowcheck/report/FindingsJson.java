package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Synthesis;

/**
 * Findings as one JSON object, which {@code findings.schema.json} beside this class describes; its
 * version changes with the fields.
 */
public record FindingsJson(String format, int version, List<Entry> findings) {
  /** The value of {@link #format}. */
  public static final String FORMAT = "cowcheck findings";

  /** The value of {@link #version}. */
  public static final int VERSION = 1;

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  /** A finding. */
  record Entry(
      int number,
      String name,
      String directory,
      String standing,
      String program,
      String patch,
      String model,
      String platform,
      String accesses,
      String invariant,
      String broken,
      boolean isInterleaving,
      List<Pair> order,
      List<String> effects,
      List<Pair> reordered,
      List<Finding.Likeness> like,
      List<Context> contexts,
      List<Repair> repairs,
      List<Seen> seen,
      long executions,
      String stopped,
      String reproduce) {}

  /**
   * Two accesses: of an order the first comes first, of a reordering it is first in program order.
   */
  record Pair(String first, String second) {}

  /** Where it exists or does not. */
  record Context(
      String model,
      String platform,
      String verdict,
      long executions,
      boolean inherited,
      String stopped) {}

  /** What stops it under a memory model. */
  record Repair(String model, String result, boolean noFenceHelps, List<EditSet> sets) {}

  /** Edits that do together. */
  record EditSet(int cost, List<String> edits, List<String> words) {}

  /** Where it was found. */
  record Seen(String program, String model, String platform) {}

  /**
   * The JSON of findings.
   *
   * @param command the command line that checks a cell
   */
  public static String print(List<Finding> findings, Function<Cell, String> command) {
    return GSON.toJson(
            new FindingsJson(
                FORMAT,
                VERSION,
                findings.stream().map(finding -> entry(finding, command)).toList()))
        + "\n";
  }

  private static Entry entry(Finding finding, Function<Cell, String> command) {
    Cell cell = finding.cell();
    Cause cause = finding.cause();
    return new Entry(
        finding.number(),
        finding.name(),
        finding.directory(),
        finding.standing().word(),
        finding.program().toString(),
        cell.patch().name(),
        cell.model(),
        Cell.name(cell.platform()),
        Cell.name(cell.accesses()),
        cause.broken(),
        finding.outcome().witness().orElseThrow().broken(),
        finding.outcome().witness().orElseThrow().cycle().isEmpty(),
        cause.order().stream().map(pair -> new Pair(pair.first(), pair.second())).toList(),
        cause.effects().asList(),
        cause.reordered().stream().map(pair -> new Pair(pair.first(), pair.second())).toList(),
        finding.like(),
        finding.contexts().stream()
            .map(
                context ->
                    new Context(
                        context.model(),
                        Cell.name(context.platform()),
                        context.verdict().word(),
                        context.executions(),
                        context.inherited(),
                        context.stopped().isEmpty() ? null : context.stopped()))
            .toList(),
        finding.repairs().stream().map(FindingsJson::repair).toList(),
        finding.seen().stream()
            .map(seen -> new Seen(seen.program(), seen.model(), Cell.name(seen.platform())))
            .toList(),
        finding.outcome().executions(),
        finding.outcome().stopped().isEmpty() ? null : finding.outcome().stopped(),
        command.apply(cell));
  }

  private static Repair repair(Synthesis synthesis) {
    return new Repair(
        synthesis.model(),
        synthesis.ending().name().toLowerCase(Locale.ROOT),
        FindingText.noFence(synthesis),
        synthesis.sets().stream()
            .map(
                set ->
                    new EditSet(
                        set.cost(),
                        set.edits().stream()
                            .map(
                                chosen ->
                                    (chosen.undone() ? "minus " : "plus ")
                                        + SynthesisText.name(chosen.edit()))
                            .toList(),
                        set.edits().stream().map(Synthesis.Chosen::words).toList()))
            .toList());
  }
}
