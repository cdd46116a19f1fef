package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Exploration;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.Watch;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;

/**
 * Looks at every execution of a cell for the causes of what goes wrong in it: one for each
 * invariant that some execution breaks before all others.
 *
 * <h2>The cause</h2>
 *
 * An execution is known by the order in which conflicting accesses of its CPUs come. The fewest of
 * these orders that no harmless execution has together are enough to break the invariant: {@link
 * DecisiveOrders}. Of all executions that break it, those count that need the fewest; of these the
 * ones whose orders come first in the alphabet, so that other programs that can do the same come to
 * the same. The witness is the least execution that has these orders.
 *
 * <p>If exploration stops at its bound, harmless executions that were not seen may have these
 * orders, too.
 */
final class Examination {
  /** So many executions that break an invariant are compared, the least ones. */
  private static final int COMPARED = 24;

  private final Cell cell;
  private final MemoryModel model;
  private final ScenarioCheck check;
  private final Setting setting;
  private final boolean onlyReordered;
  private final Conflicts conflicts = new Conflicts();
  private final Set<BitSet> harmless = new HashSet<>();
  private final Map<String, Wrong> wrong = new LinkedHashMap<>();

  /** What breaks an invariant. */
  private static final class Wrong {
    final Invariant invariant;
    final TreeMap<Execution, BitSet> least = new TreeMap<>();

    Wrong(Invariant invariant) {
      this.invariant = invariant;
    }

    void add(Execution execution, BitSet orders) {
      least.put(execution, orders);
      if (least.size() > COMPARED) {
        least.pollLastEntry();
      }
    }
  }

  /**
   * What was found of an invariant.
   *
   * @param outcome of the cell, with the witness of the cause
   */
  record Examined(Cause cause, Outcome outcome) {}

  private Examination(Cell cell, MemoryModel model, boolean onlyReordered) {
    this.cell = cell;
    this.model = model;
    this.check = new ScenarioCheck(cell, model);
    this.setting = check.setting();
    this.onlyReordered = onlyReordered;
  }

  /** The causes of a cell, in the order in which its setting has the invariants. */
  static ImmutableList<Examined> of(Cell cell, Bounds bounds, BooleanSupplier cancelled) {
    return of(cell, bounds, cancelled, false, Optional.empty());
  }

  /**
   * The same.
   *
   * @param onlyReordered whether only executions count that are no interleaving
   * @param known one that is known to go wrong, in case that exploration stops before it
   */
  static ImmutableList<Examined> of(
      Cell cell,
      Bounds bounds,
      BooleanSupplier cancelled,
      boolean onlyReordered,
      Optional<Recording> known) {
    return new Examination(cell, MemoryModels.named(cell.model()), onlyReordered)
        .examine(bounds, cancelled, known);
  }

  private ImmutableList<Examined> examine(
      Bounds bounds, BooleanSupplier cancelled, Optional<Recording> known) {
    Explorer explorer =
        new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(toImmutableList()),
            model,
            bounds,
            this::look,
            executions -> {},
            new Watch(bounds, cancelled));
    Exploration exploration = explorer.explore();
    exploration
        .violation()
        .filter(execution -> !execution.isFinished())
        .ifPresent(this::addDeadlock);
    known.map(check::execution).filter(Execution::isFinished).ifPresent(this::look);
    ImmutableList.Builder<Examined> found = ImmutableList.builder();
    for (Invariant invariant : setting.invariants()) {
      Wrong broken = wrong.get(invariant.broken());
      if (broken != null) {
        found.add(examined(broken, exploration));
      }
    }
    wrong.values().stream()
        .filter(broken -> !setting.invariants().contains(broken.invariant))
        .forEach(broken -> found.add(examined(broken, exploration)));
    return found.build();
  }

  private String look(Execution execution) {
    for (Invariant invariant : setting.invariants()) {
      if (!invariant.holds().test(execution)) {
        if (!onlyReordered || isReordered(execution.graph())) {
          wrong
              .computeIfAbsent(invariant.broken(), name -> new Wrong(invariant))
              .add(execution, conflicts.orders(execution.graph()));
        }
        return invariant.broken();
      }
    }
    harmless.add(conflicts.orders(execution.graph()));
    return "";
  }

  private void addDeadlock(Execution execution) {
    if (!onlyReordered || isReordered(execution.graph())) {
      wrong
          .computeIfAbsent(execution.broken(), name -> new Wrong(new Invariant(name, end -> false)))
          .add(execution, conflicts.orders(execution.graph()));
    }
  }

  private static boolean isReordered(Graph graph) {
    return !MemoryModels.SC.judge(graph).isConsistent();
  }

  private Examined examined(Wrong broken, Exploration exploration) {
    ImmutableList<Cause.Before> best = null;
    BitSet chosen = new BitSet();
    for (Map.Entry<Execution, BitSet> entry : broken.least.entrySet()) {
      Optional<ImmutableList<ImmutableList<Integer>>> orders =
          DecisiveOrders.of(
              entry.getValue(),
              harmless,
              tightFirst(conflicts.places(entry.getKey().graph())),
              this::words);
      if (orders.isPresent()) {
        ImmutableList<Cause.Before> order =
            orders.get().stream().map(this::before).collect(toImmutableList());
        if (best == null || compare(order, best) < 0) {
          best = order;
          chosen = new BitSet();
          for (List<Integer> same : orders.get()) {
            chosen.set(same.get(0));
          }
        }
      }
    }
    Execution shown = broken.least.firstKey();
    for (Map.Entry<Execution, BitSet> entry : broken.least.entrySet()) {
      BitSet missing = (BitSet) chosen.clone();
      missing.andNot(entry.getValue());
      if (missing.isEmpty()) {
        shown = entry.getKey();
        break;
      }
    }
    Recording recording = Recording.of(shown.graph(), setting.memory().words());
    Witness witness = check.replay(recording);
    Cause cause =
        new Cause(
            Cause.invariant(broken.invariant.broken()),
            best == null ? ImmutableList.of() : best,
            shown.isFinished() ? Effects.of(shown, broken.invariant) : waiting(shown),
            witness.reordered().stream()
                .map(pair -> swap(witness.graph(), pair))
                .distinct()
                .collect(toImmutableList()));
    return new Examined(
        cause,
        new Outcome(
            cell,
            Verdict.SOMETIMES,
            exploration.executions(),
            exploration.blocked(),
            0,
            ImmutableList.copyOf(exploration.races()),
            Optional.of(witness),
            Optional.of(recording),
            exploration.stopped(),
            0));
  }

  private static int compare(List<Cause.Before> one, List<Cause.Before> other) {
    int bySize = Integer.compare(one.size(), other.size());
    return bySize != 0 ? bySize : one.toString().compareTo(other.toString());
  }

  /** Orders of accesses before those of locks; then the first access late, the second early. */
  private Comparator<Integer> tightFirst(Map<Integer, Integer> places) {
    return Comparator.<Integer, Boolean>comparing(
            order -> conflicts.access(conflicts.pair(order).first()).isLock())
        .thenComparing(
            order ->
                places.get(conflicts.pair(order).second())
                    - places.get(conflicts.pair(order).first()))
        .thenComparing(this::words);
  }

  private String words(int order) {
    return conflicts.access(conflicts.pair(order).first()).words()
        + " before "
        + conflicts.access(conflicts.pair(order).second()).words();
  }

  private Cause.Before before(List<Integer> same) {
    Conflicts.Pair pair = conflicts.pair(same.get(0));
    return new Cause.Before(
        conflicts.access(pair.first()).words(),
        conflicts.access(pair.second()).words(),
        same.stream().map(this::words).collect(toImmutableSet()));
  }

  private static Cause.Swap swap(Graph graph, Witness.Pair pair) {
    return new Cause.Swap(words(graph.event(pair.first())), words(graph.event(pair.second())));
  }

  private static String words(Event event) {
    return Cause.access(event.step().label(), event.isRead() ? "load" : "store", event.word());
  }

  /** Of a deadlock: what the CPUs did last that wait. */
  private static ImmutableSet<String> waiting(Execution execution) {
    ImmutableSet.Builder<String> waiting = ImmutableSet.builder();
    Graph graph = execution.graph();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      if (!execution.isFinished(cpu) && graph.length(cpu) > 0) {
        Event last = graph.event(graph.at(cpu, graph.length(cpu) - 1));
        waiting.add("waits after " + last.step().label());
      }
    }
    return waiting.build();
  }
}
