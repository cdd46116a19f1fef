package org.cowcheck.explore;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Sets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;

/**
 * What becomes of the catalogue if a barrier, a second look or a lock is left out of the kernel
 * states: whether some cell that is Never becomes Sometimes.
 *
 * <p>Cells are tried from cheap to dear, until one changes; each exploration stops at the first
 * violation. A cell that is Sometimes already can tell nothing. An exploration that ends in an
 * exception of the model tells nothing either: the model was not made for what the mutant does.
 */
final class Mutation {
  /** Executions after which a mutated cell is given up. */
  private static final long BOUND = 5_000;

  /** The time after which a mutated cell is given up. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** The cost of an execution under TSO; under SC and LKMM it is 1. */
  private static final long TSO = 5;

  /** What may be spent on cells of a mutant where it meets nothing. */
  private static final long BUDGET = 2_000;

  /** What may be spent on cells of a mutant where it meets something. */
  private static final long BUDGET_IF_MET = 20_000;

  /** What may be spent on such cells of patches. */
  private static final long BUDGET_OF_PATCHES = 40_000;

  private static final Expectations RECORDED = Expectations.read();

  private Mutation() {}

  /**
   * What becomes of a mutant.
   *
   * @param changed the cell that becomes Sometimes and what it breaks, or the empty string
   * @param tried how many cells were explored
   * @param thrown what explorations ended in that ended in an exception, or at the bound
   */
  record Fate(String changed, int tried, ImmutableList<String> thrown) {

    boolean isNoticed() {
      return !changed.isEmpty();
    }
  }

  /**
   * The mutants, with the cells that can tell, from cheap to dear: those first where it meets
   * anything, as {@link MutantWatch} has it. Kernel states come first; what patches make of them
   * tells of hunks that are added, and of what two parts of a state stop, either of them alone.
   */
  static ImmutableSortedMap<Mutant, ImmutableList<Cell>> mutants(CatalogueWalk walk) {
    SetMultimap<Mutant, Cell> ofStates = cells(walk, cell -> cell.patch().edits().isEmpty());
    SetMultimap<Mutant, Cell> ofPatches = cells(walk, cell -> !cell.patch().edits().isEmpty());
    ImmutableSortedMap.Builder<Mutant, ImmutableList<Cell>> sorted =
        ImmutableSortedMap.naturalOrder();
    for (Mutant mutant : Sets.union(ofStates.keySet(), ofPatches.keySet())) {
      List<Cell> states = new ArrayList<>();
      states.addAll(cheapest(walk, ofStates.get(mutant), mutant, true, BUDGET_IF_MET));
      states.addAll(cheapest(walk, ofStates.get(mutant), mutant, false, BUDGET));
      List<Cell> patches = new ArrayList<>();
      patches.addAll(cheapest(walk, ofPatches.get(mutant), mutant, true, BUDGET_OF_PATCHES));
      if (states.isEmpty()) {
        patches.addAll(cheapest(walk, ofPatches.get(mutant), mutant, false, BUDGET));
      }
      sorted.put(mutant, ImmutableList.<Cell>builder().addAll(states).addAll(patches).build());
    }
    return sorted.buildOrThrow();
  }

  /**
   * Of the cells that can tell those where the mutant meets something, or nothing: the cheapest of
   * each scenario, then the next of each, until the budget is spent.
   */
  private static List<Cell> cheapest(
      CatalogueWalk walk, Set<Cell> cells, Mutant mutant, boolean met, long budget) {
    Comparator<Cell> byCost =
        Comparator.comparing((Cell cell) -> cost(walk, cell)).thenComparing(Cell::toString);
    ImmutableListMultimap<Scenario, Cell> ofScenarios =
        cells.stream()
            .filter(cell -> isOfUse(walk, mutant, cell))
            .filter(cell -> walk.seen(cell).orElseThrow().met().contains(mutant) == met)
            .sorted(byCost)
            .collect(ImmutableListMultimap.toImmutableListMultimap(Cell::scenario, cell -> cell));
    List<Cell> sorted =
        ofScenarios.values().stream()
            .sorted(
                Comparator.comparing((Cell cell) -> ofScenarios.get(cell.scenario()).indexOf(cell))
                    .thenComparing(byCost))
            .toList();
    long spent = 0;
    int tried = 0;
    while (tried < sorted.size() && spent <= budget) {
      spent += cost(walk, sorted.get(tried));
      tried++;
    }
    return sorted.subList(0, tried);
  }

  private static SetMultimap<Mutant, Cell> cells(CatalogueWalk walk, Predicate<Cell> which) {
    SetMultimap<Mutant, Cell> cells = Multimaps.newSetMultimap(new TreeMap<>(), LinkedHashSet::new);
    walk.all()
        .forEach(
            (cell, seen) ->
                seen.sections().stream()
                    .filter(mutant -> which.test(cell) && !isInserted(mutant))
                    .forEach(mutant -> cells.put(mutant, cell)));
    return cells;
  }

  /** A barrier that a patch puts beside a step is the patch's, not the model's. */
  private static boolean isInserted(Mutant mutant) {
    return mutant.label().endsWith("+");
  }

  /**
   * Whether a cell can tell: it is Never, or was on record if the walk did not see all of it; under
   * SC a missing barrier tells nothing unless somebody is to wait for sections.
   */
  private static boolean isOfUse(CatalogueWalk walk, Mutant mutant, Cell cell) {
    Seen seen = walk.seen(cell).orElseThrow();
    boolean never =
        seen.isComplete()
            ? seen.outcome().verdict() == Verdict.NEVER
            : seen.outcome().verdict() != Verdict.SOMETIMES
                && RECORDED.verdict(cell).filter(Verdict.NEVER::equals).isPresent();
    return never
        && (mutant.kind() != Mutant.Kind.FENCE
            || !cell.model().equals("sc")
            || seen.met().contains(mutant));
  }

  /** An execution under TSO takes as long as several. */
  private static long cost(CatalogueWalk walk, Cell cell) {
    long executions = walk.seen(cell).orElseThrow().outcome().executions();
    return cell.model().equals("tso") ? TSO * executions : executions;
  }

  /** The fates of mutants, found by all processors. */
  static ImmutableSortedMap<Mutant, Fate> fates(
      ImmutableSortedMap<Mutant, ImmutableList<Cell>> mutants) throws InterruptedException {
    ConcurrentSkipListMap<Mutant, Fate> fates = new ConcurrentSkipListMap<>();
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<?>> futures = new ArrayList<>();
      mutants.forEach(
          (mutant, cells) ->
              futures.add(pool.submit(() -> fates.put(mutant, fate(mutant, cells)))));
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
    return ImmutableSortedMap.copyOf(fates);
  }

  static Fate fate(Mutant mutant, List<Cell> cells) {
    TreeSet<String> thrown = new TreeSet<>();
    int tried = 0;
    for (Cell cell : cells) {
      tried++;
      try {
        String broken = broken(mutated(cell, mutant), thrown);
        if (!broken.isEmpty()) {
          return new Fate(cell + ": " + broken, tried, ImmutableList.copyOf(thrown));
        }
      } catch (RuntimeException e) {
        thrown.add(cell.scenario() + " throws " + e);
      }
    }
    return new Fate("", tried, ImmutableList.copyOf(thrown));
  }

  private static Cell mutated(Cell cell, Mutant mutant) {
    Patch state = cell.patch();
    return new Cell(
        cell.scenario(),
        new Patch(
            state.name() + " without " + mutant,
            state.title(),
            state.base(),
            ImmutableList.<Edit>builder().addAll(state.edits()).add(mutant.edit()).build()),
        cell.platform(),
        cell.model(),
        cell.accesses());
  }

  /** What the first violation that is found breaks, or the empty string. */
  private static String broken(Cell cell, Set<String> bounds) {
    MemoryModel model = MemoryModels.named(cell.model());
    Setting setting = cell.scenario().build(cell.kernel());
    AtomicBoolean found = new AtomicBoolean();
    Explorer.Visitor visitor =
        execution -> {
          for (Invariant invariant : setting.invariants()) {
            if (!invariant.holds().test(execution)) {
              found.set(true);
              return invariant.broken();
            }
          }
          return "";
        };
    Bounds bound = new Bounds(BOUND, TIMEOUT, Bounds.NONE.maxEvents());
    Exploration exploration =
        new Explorer(
                ImmutableList.copyOf(setting.memory().words()),
                setting.programs().stream().map(Program::body).collect(toImmutableList()),
                model,
                bound,
                visitor,
                executions -> {},
                new Watch(bound, found::get))
            .explore();
    if (!exploration.isComplete() && exploration.violation().isEmpty()) {
      bounds.add(cell.scenario() + " is not explored to the end: " + exploration.stopped());
    }
    return exploration.violation().map(Execution::broken).orElse("");
  }
}
