package org.cowcheck.nightly;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/** How two CPUs may end, by all executions of a cell: what jcstress sees is held against it. */
final class PossibleEnds {
  /** Of what jcstress has seen. */
  static final String HOLDS = "holds";

  private static final Splitter RETURNED = Splitter.on(", ").limit(3);
  private static final Splitter BROKEN = Splitter.on("; ");
  private static final int CPUS = 2;

  private static final Bounds BOUNDS =
      new Bounds(Bounds.NONE.maxExecutions(), Duration.ofMinutes(1), Bounds.NONE.maxEvents());

  private final ImmutableSet<One> ends;

  /** What the programs returned, and which invariants do not hold. */
  private record One(String returned0, String returned1, ImmutableSet<String> broken) {}

  private PossibleEnds(Set<One> ends) {
    this.ends = ImmutableSet.copyOf(ends);
  }

  /** The ends of a cell; none if there are too many executions to see them all. */
  static Optional<PossibleEnds> of(Cell cell, BooleanSupplier over) {
    ScenarioCheck check = new ScenarioCheck(cell, MemoryModels.named(cell.model()));
    if (check.setting().programs().size() != CPUS) {
      return Optional.empty();
    }
    List<Invariant> invariants = check.setting().invariants();
    Set<One> ends = ConcurrentHashMap.newKeySet();
    Outcome outcome =
        check.explore(
            BOUNDS, 1, Progress.NONE, over, execution -> ends.add(end(execution, invariants)));
    return outcome.stopped().isEmpty() ? Optional.of(new PossibleEnds(ends)) : Optional.empty();
  }

  private static One end(End execution, List<Invariant> invariants) {
    return new One(
        Long.toString(execution.returned(0)),
        Long.toString(execution.returned(1)),
        invariants.stream()
            .filter(invariant -> !invariant.holds().test(execution))
            .map(Invariant::broken)
            .collect(ImmutableSet.toImmutableSet()));
  }

  /**
   * Whether an end is among them, as jcstress says it. It does not see all that is broken: it knows
   * nothing of the instants of a run.
   */
  boolean has(String outcome) {
    List<String> parts = RETURNED.splitToList(outcome);
    Set<String> broken =
        parts.get(2).equals(HOLDS) ? Set.of() : Set.copyOf(BROKEN.splitToList(parts.get(2)));
    return ends.stream()
        .anyMatch(
            end ->
                end.returned0().equals(parts.get(0))
                    && end.returned1().equals(parts.get(1))
                    && end.broken().containsAll(broken));
  }
}
