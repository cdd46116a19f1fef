package org.cowcheck.explore;

import static com.google.common.base.Preconditions.checkState;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.hash.HashCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.variant.StepParts.Parts;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;

/**
 * One walk over the catalogue for all tests of a build: each cell is explored once, by all
 * processors, up to a budget.
 *
 * <p>Cells that have more executions are left to the nightly tests.
 */
public final class CatalogueWalk {
  /** More executions than that are for the night. */
  public static final long BUDGET = Long.getLong("cowcheck.budget", 5_000);

  /** Cells with more executions than that under SC are not explored under TSO a second time. */
  private static final long SMALL = 400;

  private static CatalogueWalk walk;

  private final ImmutableMap<Cell, Seen> cells;

  /**
   * What was seen of a cell.
   *
   * @param ends of all executions
   * @param returned what programs return in some execution
   * @param example the witness of a Sometimes, else the execution that was found first
   * @param steps that have events, of cells of SC
   * @param flagSteps labels of steps that change PG_anon_exclusive where there is a law about it
   * @param sections what can be left out, of cells with marked accesses; else empty
   * @param met that of it which met anything, as {@link MutantWatch} has it
   * @param parts what its steps do that a patch can change, of cells with marked accesses
   * @param broken laws of the catalogue that some execution breaks
   */
  public record Seen(
      Outcome outcome,
      ImmutableSet<HashCode> ends,
      ImmutableSet<ImmutableList<Long>> returned,
      Optional<Recording> example,
      ImmutableSet<Step> steps,
      ImmutableSet<String> flagSteps,
      ImmutableSet<Mutant> sections,
      ImmutableSet<Mutant> met,
      ImmutableMap<String, Parts> parts,
      ImmutableSet<String> broken) {

    /** Whether all executions were seen. */
    public boolean isComplete() {
      return outcome.stopped().isEmpty();
    }
  }

  private CatalogueWalk(ImmutableMap<Cell, Seen> cells) {
    this.cells = cells;
  }

  /** The walk of this build; the first who asks waits for it. */
  public static synchronized CatalogueWalk get() {
    if (walk == null) {
      checkState(
          Boolean.parseBoolean(System.getProperty("cowcheck.walk", "true")),
          "a test of the walk is to be named in tests.of.walk of checks/pom.xml");
      Expectations expectations = Expectations.read();
      List<Cell> cells = new ArrayList<>(CatalogueCells.marked());
      cells.addAll(CatalogueCells.asWritten(expectations));
      cells.addAll(CatalogueCells.ofRaces());
      walk = of(cells, BUDGET);
    }
    return walk;
  }

  /** Explores cells. */
  static CatalogueWalk of(List<Cell> cells, long budget) {
    Bounds bounds = new Bounds(budget, Bounds.NONE.timeout(), Bounds.NONE.maxEvents());
    ConcurrentHashMap<Cell, Seen> seen = new ConcurrentHashMap<>();
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Cell cell : cells) {
        futures.add(
            pool.submit(
                () -> {
                  Seen own = explore(cell, bounds);
                  seen.put(cell, own);
                  if (isSmall(cell, own)) {
                    Cell tso = onGeneric(cell, "tso");
                    seen.put(tso, explore(tso, bounds));
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      pool.shutdownNow();
    }
    return new CatalogueWalk(
        seen.entrySet().stream()
            .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
            .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Whether TSO is worth a look on the platform of SC and LKMM, too. */
  private static boolean isSmall(Cell cell, Seen seen) {
    return cell.model().equals("sc")
        && cell.platform() == Platform.GENERIC
        && cell.accesses() == Accesses.MARKED
        && seen.outcome.executions() <= SMALL;
  }

  private static Cell onGeneric(Cell cell, String model) {
    return new Cell(cell.scenario(), cell.patch(), Platform.GENERIC, model, cell.accesses());
  }

  private static Seen explore(Cell cell, Bounds bounds) {
    MemoryModel model = MemoryModels.named(cell.model());
    MutantWatch watch = new MutantWatch(cell);
    EditWatch edits = new EditWatch(cell);
    Cell explored =
        cell.accesses() == Accesses.MARKED ? watch.watched(edits.watched(cell.scenario())) : cell;
    ScenarioCheck check = new ScenarioCheck(explored, model);
    Ends ends = new Ends(check.setting());
    Set<HashCode> all = new HashSet<>();
    Set<ImmutableList<Long>> returned = new HashSet<>();
    AtomicReference<Recording> first = new AtomicReference<>();
    Set<Step> steps = new HashSet<>();
    Set<String> flagSteps = new HashSet<>();
    Set<String> broken = new TreeSet<>();
    Outcome outcome =
        check.explore(
            bounds,
            1,
            Progress.NONE,
            () -> false,
            execution -> {
              if (all.isEmpty()) {
                first.set(Recording.of(execution.graph(), check.setting().memory().words()));
              }
              all.add(ends.of(execution));
              returned.add(Ends.returned(execution));
              if (model == MemoryModels.SC) {
                look(execution.graph(), steps, broken);
                if (ExclusiveFlagLaw.isAbout(cell)) {
                  ExclusiveFlagLaw.look(
                      cell, check.setting().memory().words(), execution.graph(), flagSteps, broken);
                }
              }
            });
    return new Seen(
        outcome,
        ImmutableSet.copyOf(all),
        ImmutableSet.copyOf(returned),
        outcome.recording().or(() -> Optional.ofNullable(first.get())),
        ImmutableSet.copyOf(steps),
        ImmutableSet.copyOf(flagSteps),
        watch.found(),
        watch.met(),
        edits.steps(),
        ImmutableSet.copyOf(broken));
  }

  private static void look(Graph graph, Set<Step> steps, Set<String> broken) {
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      steps.add(event.step());
      if (event.step().label().isEmpty()) {
        broken.add(event + " has no step");
      }
    }
  }

  /** What was seen of a cell. */
  public Optional<Seen> seen(Cell cell) {
    return Optional.ofNullable(cells.get(cell));
  }

  /** What was seen of a cell of the default platform of its model, with marked accesses. */
  Seen marked(Scenario scenario, String patch, String model) {
    return cells.get(
        new Cell(
            scenario,
            scenario.patches().stream()
                .filter(candidate -> candidate.name().equals(patch))
                .findFirst()
                .orElseThrow(),
            Expectations.defaultPlatform(model),
            model,
            Accesses.MARKED));
  }

  /** All cells, with what was seen of them. */
  public ImmutableMap<Cell, Seen> all() {
    return cells;
  }

  /** The cells that are left to the night. */
  public ImmutableList<Cell> left() {
    return cells.entrySet().stream()
        .filter(entry -> !entry.getValue().isComplete())
        .map(Map.Entry::getKey)
        .collect(toImmutableList());
  }
}
