package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Exploration;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.Watch;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.setting.Program;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;

/** Tries client programs: whether some execution breaks an invariant. Remembers what it tried. */
final class Trials {
  private final Bounds bounds;
  private final BooleanSupplier cancelled;
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();
  private final Map<String, ImmutableList<Examination.Examined>> examined =
      new ConcurrentHashMap<>();

  Trials(Bounds bounds, BooleanSupplier cancelled) {
    this.bounds = bounds;
    this.cancelled = cancelled;
  }

  Bounds bounds() {
    return bounds;
  }

  BooleanSupplier cancelled() {
    return cancelled;
  }

  /** The question whether a client program goes wrong. */
  static Cell cell(
      ClientProgram program, Patch patch, String model, Platform platform, Accesses accesses) {
    return new Cell(ClientScenario.of(program), patch, platform, model, accesses);
  }

  /**
   * Whether an execution of a client program, within the bounds, breaks an invariant.
   *
   * @param broken as {@link Cause#invariant} has it
   */
  boolean breaks(Cell cell, String broken) {
    String key = key(cell) + " " + broken;
    Boolean before = known.get(key);
    if (before != null) {
      return before;
    }
    boolean found = explore(cell, broken);
    known.put(key, found);
    return found;
  }

  private static String key(Cell cell) {
    return cell + " " + cell.patch().edits();
  }

  private boolean explore(Cell cell, String broken) {
    ScenarioCheck check = new ScenarioCheck(cell, MemoryModels.named(cell.model()));
    AtomicBoolean found = new AtomicBoolean();
    Explorer.Visitor visitor =
        execution -> {
          String what = broken(check, execution);
          if (what.equals(broken)) {
            found.set(true);
          }
          return what;
        };
    Exploration exploration =
        new Explorer(
                ImmutableList.copyOf(check.setting().memory().words()),
                check.setting().programs().stream().map(Program::body).collect(toImmutableList()),
                MemoryModels.named(cell.model()),
                bounds,
                visitor,
                executions -> {},
                new Watch(bounds, () -> found.get() || cancelled.getAsBoolean()))
            .explore();
    return found.get()
        || exploration
            .violation()
            .filter(execution -> Cause.invariant(execution.broken()).equals(broken))
            .isPresent();
  }

  private static String broken(ScenarioCheck check, Execution execution) {
    for (Invariant invariant : check.setting().invariants()) {
      if (!invariant.holds().test(execution)) {
        return Cause.invariant(invariant.broken());
      }
    }
    return "";
  }

  /** The causes of what goes wrong in a cell. */
  ImmutableList<Examination.Examined> examine(Cell cell) {
    ImmutableList<Examination.Examined> before = examined.get(key(cell));
    if (before != null) {
      return before;
    }
    ImmutableList<Examination.Examined> found = Examination.of(cell, bounds, cancelled);
    examined.put(key(cell), found);
    return found;
  }
}
