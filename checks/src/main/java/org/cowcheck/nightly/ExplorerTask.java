package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import java.util.function.BooleanSupplier;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/**
 * A cell of the catalogue, explored on one thread.
 *
 * @param bounds where exploration stops
 */
public record ExplorerTask(Cell cell, Bounds bounds) implements Task {
  /** The name of the engine in a journal. */
  public static final String ENGINE = "explorer";

  @Override
  public Entry.Key key() {
    return new Entry.Key(ENGINE, cell.toString());
  }

  @Override
  public String reproduce() {
    return "cowcheck check --scenario %s --patch %s --model %s --platform %s --accesses %s"
        .formatted(
            cell.scenario().name(),
            cell.patch().name(),
            cell.model(),
            Cell.name(cell.platform()),
            Cell.name(cell.accesses()));
  }

  @Override
  public Entry.CellDone run(int run, BooleanSupplier over) {
    MemoryModel model = MemoryModels.named(cell.model());
    return entry(run, new ScenarioCheck(cell, model).explore(bounds, 1, Progress.NONE, over));
  }

  /** The entry of an outcome of this cell. */
  Entry.CellDone entry(int run, Outcome outcome) {
    return entry(run, ENGINE, outcome, outcome.stopped(), reproduce());
  }

  /**
   * The entry of what the explorer has answered.
   *
   * @param engine who asked, as the journal names it
   * @param stopped the bound that was reached, or the empty string
   * @param reproduce the command line that does it alone
   */
  public static Entry.CellDone entry(
      int run, String engine, Outcome outcome, String stopped, String reproduce) {
    return new Entry.CellDone(
        run,
        engine,
        outcome.cell().toString(),
        outcome.verdict().word(),
        outcome.isClean(),
        outcome.executions(),
        outcome.seconds(),
        outcome.races().stream()
            .map(race -> race.word() + ": " + race.first() + " against " + race.second())
            .collect(ImmutableList.toImmutableList()),
        ImmutableList.of(),
        outcome.witness().map(witness -> witness.broken()).orElse(""),
        stopped,
        "",
        reproduce,
        Journal.now(),
        outcome.recording().isPresent() ? WitnessFile.json(outcome) : null);
  }
}
