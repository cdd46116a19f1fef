package org.cowcheck.cli;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.variant.KnownPatches;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/** Checks cells side by side; the order of the outcomes is that of the cells. */
final class Checks {
  private final Bounds bounds;
  private final int threads;
  private final ProgressLine progress;
  private final BooleanSupplier interrupted;
  private final AtomicInteger done = new AtomicInteger();

  Checks(Bounds bounds, int threads, ProgressLine progress, BooleanSupplier interrupted) {
    this.bounds = bounds;
    this.threads = threads;
    this.progress = progress;
    this.interrupted = interrupted;
  }

  /** The outcomes; what was not begun when the user interrupted is Unknown. */
  ImmutableList<Outcome> run(List<Cell> cells) throws InterruptedException {
    try {
      return SideBySide.run(cells, threads, (cell, inside) -> check(cell, inside, cells.size()));
    } finally {
      progress.clear();
    }
  }

  private Outcome check(Cell cell, int inside, int total) {
    if (interrupted.getAsBoolean()) {
      return notExplored(cell, "interrupted");
    }
    try {
      return new ScenarioCheck(cell, Names.model(cell.model()))
          .explore(bounds, inside, progress.of(done, total, cell.toString()), interrupted);
    } catch (RuntimeException e) {
      if (KnownPatches.isKnown(cell.patch())) {
        throw e;
      }
      // A patch of somebody's own may ask the paths for what they were not made for.
      return notExplored(
          cell,
          "the model cannot run " + cell.patch() + ": " + Throwables.getRootCause(e).getMessage());
    } finally {
      done.incrementAndGet();
    }
  }

  /** What is known of a cell that was not explored. */
  static Outcome notExplored(Cell cell, String why) {
    return new Outcome(
        cell,
        Verdict.UNKNOWN,
        0,
        0,
        0,
        ImmutableList.of(),
        Optional.empty(),
        Optional.empty(),
        why,
        0);
  }
}
