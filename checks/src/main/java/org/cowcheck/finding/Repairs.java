package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.synthesis.Costs;
import org.cowcheck.synthesis.Kind;
import org.cowcheck.synthesis.Question;
import org.cowcheck.synthesis.Synthesizer;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Synthesis;

/**
 * What stops a violation in its own program: the cheapest edits, or that there are none.
 *
 * <p>It is looked for under the model of the violation, and under LKMM, where it has to stop what
 * else the program may do then. Effort is bounded by steps of the search, not by time.
 */
final class Repairs {
  private static final int MOST_EDITS = 4;
  private static final int SETS = 2;

  /** How often a search asks whether to stop: after 256 of its steps each. */
  private static final long PATIENCE = 40_000;

  private final Bounds bounds;
  private final BooleanSupplier cancelled;

  Repairs(Bounds bounds, BooleanSupplier cancelled) {
    this.bounds = bounds;
    this.cancelled = cancelled;
  }

  /** The syntheses that come to an end. */
  ImmutableList<Synthesis> of(Cell cell) {
    MemoryModel own = MemoryModels.named(cell.model());
    return Stream.of(own, MemoryModels.LKMM)
        .distinct()
        .map(model -> synthesis(cell, model))
        .filter(synthesis -> synthesis.ending() != Synthesis.Ending.UNKNOWN)
        .collect(toImmutableList());
  }

  private Synthesis synthesis(Cell cell, MemoryModel model) {
    AtomicLong asked = new AtomicLong();
    try {
      return Synthesizer.answer(
          new Question(
              cell.patch(),
              cell.platform(),
              model,
              cell.accesses(),
              ImmutableList.of(cell.scenario()),
              ImmutableSet.copyOf(Kind.values()),
              Costs.DEFAULT,
              MOST_EDITS,
              Integer.MAX_VALUE,
              SETS),
          bounds,
          1,
          () -> asked.incrementAndGet() > PATIENCE || cancelled.getAsBoolean());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
