package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.cowcheck.explore.Bounds;
import org.cowcheck.synthesis.Costs;
import org.cowcheck.synthesis.Kind;
import org.cowcheck.synthesis.Question;
import org.cowcheck.synthesis.Synthesizer;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;

/** What would stop a violation in its own scenario, if that is found out soon. */
final class Suggestions {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_EDITS = 4;

  private final Bounds bounds;
  private final int threads;
  private final BooleanSupplier interrupted;

  Suggestions(Bounds bounds, int threads, BooleanSupplier interrupted) {
    this.bounds = bounds;
    this.threads = threads;
    this.interrupted = interrupted;
  }

  /** A sentence for each edit of the cheapest set; or that there is none; or nothing. */
  ImmutableList<String> of(Outcome outcome) throws InterruptedException {
    if (outcome.verdict() != Verdict.SOMETIMES) {
      return ImmutableList.of();
    }
    Cell cell = outcome.cell();
    long end = System.nanoTime() + PATIENCE.toNanos();
    Synthesis synthesis =
        Synthesizer.answer(
            new Question(
                cell.patch(),
                cell.platform(),
                Names.model(cell.model()),
                cell.accesses(),
                ImmutableList.of(cell.scenario()),
                ImmutableSet.copyOf(Kind.values()),
                Costs.DEFAULT,
                MOST_EDITS,
                Integer.MAX_VALUE,
                1),
            bounds,
            threads,
            () -> interrupted.getAsBoolean() || System.nanoTime() - end > 0);
    return switch (synthesis.ending()) {
      case FOUND ->
          synthesis.sets().get(0).edits().stream()
              .map(Synthesis.Chosen::words)
              .map(words -> words + ending(synthesis))
              .collect(ImmutableList.toImmutableList());
      case NONE ->
          ImmutableList.of(
              "No barrier, second look or mark of up to %d does: %s."
                  .formatted(
                      MOST_EDITS,
                      outcome.witness().orElseThrow().cycle().isEmpty()
                          ? "it is an interleaving"
                          : "see cowcheck synthesize"));
      case NOTHING_NEEDED, UNKNOWN -> ImmutableList.of();
    };
  }

  private static String ending(Synthesis synthesis) {
    return synthesis.sets().get(0).edits().size() == 1 ? "" : " (with the others)";
  }
}
