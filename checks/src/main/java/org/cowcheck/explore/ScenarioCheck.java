package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;

/** Answers a cell by exploring its scenario, or replays one execution of it. */
public final class ScenarioCheck {
  private final Cell cell;
  private final MemoryModel model;
  private final Setting setting;

  /** A check of a cell under the model that the cell names. */
  public ScenarioCheck(Cell cell, MemoryModel model) {
    this(cell, model, cell.kernel());
  }

  private ScenarioCheck(Cell cell, MemoryModel model, Kernel kernel) {
    this.cell = cell;
    this.model = model;
    this.setting = cell.scenario().build(kernel);
  }

  /**
   * A check that tells which edits could bear on it, as {@link Kernel#watchedBy} has it.
   *
   * @param onlooker is told labels of steps; by all threads of an exploration
   */
  public static ScenarioCheck watchedBy(Consumer<String> onlooker, Cell cell, MemoryModel model) {
    return new ScenarioCheck(cell, model, cell.kernel().watchedBy(onlooker));
  }

  /** What the scenario builds; its words are those of executions. */
  public Setting setting() {
    return setting;
  }

  /** Explores every execution within the bounds, on so many threads. */
  public Outcome explore(Bounds bounds, int threads, Progress progress, BooleanSupplier cancelled) {
    return explore(bounds, threads, progress, cancelled, execution -> {});
  }

  /**
   * As {@link #explore(Bounds, int, Progress, BooleanSupplier)}, and somebody looks on.
   *
   * @param onlooker is shown every complete execution in which all programs return; by all threads
   */
  public Outcome explore(
      Bounds bounds,
      int threads,
      Progress progress,
      BooleanSupplier cancelled,
      Consumer<Execution> onlooker) {
    Explorer.Visitor visitor =
        execution -> {
          onlooker.accept(execution);
          return broken(execution);
        };
    return search(bounds, threads, progress, new Watch(bounds, cancelled), visitor);
  }

  /**
   * As {@link #explore(Bounds, int, Progress, BooleanSupplier)} on one thread, but only until some
   * execution breaks something. The witness is then the first, not the least one, and some data
   * races may not have been found.
   */
  public Outcome exploreToFirst(Bounds bounds, Progress progress, BooleanSupplier cancelled) {
    return exploreToFirst(bounds, progress, cancelled, this::broken);
  }

  /** As {@link #exploreToFirst}, and a data race breaks something, too. */
  public Outcome exploreToFirstOrRace(Bounds bounds, BooleanSupplier cancelled) {
    return exploreToFirst(
        bounds,
        Progress.NONE,
        cancelled,
        execution -> {
          String broken = broken(execution);
          boolean races = execution.flags().contains("data-race");
          return broken.isEmpty() && races ? "a data race" : broken;
        });
  }

  private Outcome exploreToFirst(
      Bounds bounds, Progress progress, BooleanSupplier cancelled, Explorer.Visitor breaks) {
    AtomicBoolean found = new AtomicBoolean();
    Explorer.Visitor visitor =
        execution -> {
          String broken = breaks.visit(execution);
          if (!broken.isEmpty()) {
            found.set(true);
          }
          return broken;
        };
    return search(bounds, 1, progress, new Watch(bounds, cancelled).orWhen(found::get), visitor);
  }

  private Outcome search(
      Bounds bounds, int threads, Progress progress, Watch watch, Explorer.Visitor visitor) {
    long start = System.nanoTime();
    EstimatedProgress estimated =
        new EstimatedProgress(
            progress, () -> explorer(Bounds.NONE, this::broken, count -> {}, watch.unbounded()));
    Exploration exploration = explorer(bounds, visitor, estimated, watch).explore(threads);
    boolean isDone = exploration.isComplete() || watch.hasEnough();
    double estimate = isDone ? 0 : estimated.estimate();
    return outcome(exploration, start, estimate);
  }

  /** What an exploration that began then answers. */
  private Outcome outcome(Exploration exploration, long start, double estimate) {
    Optional<Recording> recording =
        exploration.violation().map(execution -> Recording.of(execution.graph(), words()));
    Optional<Witness> witness = recording.map(this::replay);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Outcome(
        cell,
        verdict(exploration),
        exploration.executions(),
        exploration.blocked(),
        seconds,
        ImmutableList.copyOf(exploration.races()),
        witness,
        recording,
        exploration.stopped(),
        estimate);
  }

  /**
   * Explores the interleavings of at most so many preemptions, see {@link Preemptions}, on the
   * calling thread, until one breaks something. If none does, that is Unknown, and its number of
   * executions tells those that were looked at; data races are not looked for.
   */
  public Outcome interleave(int preemptions, BooleanSupplier cancelled) {
    long start = System.nanoTime();
    AtomicLong executions = new AtomicLong();
    AtomicReference<Execution> violation = new AtomicReference<>();
    new Preemptions(
            words(),
            programs(),
            model,
            execution -> {
              executions.incrementAndGet();
              if (!broken(execution).isEmpty()) {
                violation.set(execution);
              }
              return violation.get() != null || cancelled.getAsBoolean();
            })
        .explore(preemptions);
    String stopped =
        violation.get() == null ? "--preemptions " + preemptions : Watch.FIRST_VIOLATION;
    Exploration some =
        new Exploration(
            executions.get(),
            0,
            Optional.ofNullable(violation.get()),
            ImmutableSet.of(),
            ImmutableSortedSet.of(),
            stopped);
    return outcome(some, start, 0);
  }

  /**
   * The execution of this cell in which each access chooses as in an execution of a cell that does
   * the same accesses, whatever fences lie between them; none if this cell does others, or if the
   * model forbids it.
   */
  public Optional<Execution> along(Graph other) {
    Recording recording = Recording.ofAccesses(other, words());
    try {
      return Optional.of(Replay.run(words(), programs(), model, this::broken, recording, true));
    } catch (ReplayException e) {
      return Optional.empty();
    }
  }

  /** How the program of a CPU goes along its events in an execution of this or another cell. */
  public Played play(Graph graph, int cpu) {
    return Playback.play(programs().get(cpu), graph, cpu);
  }

  private Explorer explorer(
      Bounds bounds, Explorer.Visitor visitor, LongConsumer progress, Watch watch) {
    return new Explorer(words(), programs(), model, bounds, visitor, progress, watch)
        .ofEndingSections();
  }

  /**
   * The execution that stands for the cell, whatever the order in which executions are found: the
   * least that breaks something, else the least of all complete ones. What it breaks is empty if it
   * breaks nothing; there is none if no execution is complete.
   */
  public Optional<Witness> example() {
    AtomicReference<Execution> least = new AtomicReference<>();
    Explorer.Visitor visitor =
        execution -> {
          least.accumulateAndGet(
              execution,
              (known, found) -> known == null || found.compareTo(known) < 0 ? found : known);
          return broken(execution);
        };
    Exploration exploration =
        explorer(Bounds.NONE, visitor, executions -> {}, Watch.none()).explore();
    return exploration
        .violation()
        .or(() -> Optional.ofNullable(least.get()))
        .map(execution -> replay(Recording.of(execution.graph(), words())));
  }

  private static Verdict verdict(Exploration exploration) {
    if (exploration.violation().isPresent()) {
      return Verdict.SOMETIMES;
    }
    // A program without a complete execution answers nothing.
    return exploration.isComplete() && exploration.executions() > 0
        ? Verdict.NEVER
        : Verdict.UNKNOWN;
  }

  /**
   * Runs the scenario once along recorded choices.
   *
   * @return the execution as a witness; what it breaks is empty if it breaks nothing
   * @throws ReplayException if the choices fit neither scenario nor model
   */
  public Witness replay(Recording recording) {
    Execution execution = Replay.run(words(), programs(), model, this::brokenWhere, recording);
    return Drawing.draw(execution, model, setting.programs().stream().map(Program::name).toList());
  }

  /**
   * The execution that recorded choices make.
   *
   * @throws ReplayException if the choices fit neither scenario nor model
   */
  public Execution execution(Recording recording) {
    return Replay.run(words(), programs(), model, this::broken, recording);
  }

  private String broken(Execution execution) {
    for (Invariant invariant : setting.invariants()) {
      if (!invariant.holds().test(execution)) {
        return invariant.broken();
      }
    }
    return "";
  }

  /** What is broken, and of which page and when, if that is known. */
  private String brokenWhere(Execution execution) {
    for (Invariant invariant : setting.invariants()) {
      if (!invariant.holds().test(execution)) {
        String where = invariant.where().apply(execution);
        return invariant.broken() + (where.isEmpty() ? "" : " (" + where + ")");
      }
    }
    return "";
  }

  private ImmutableList<Word> words() {
    return ImmutableList.copyOf(setting.memory().words());
  }

  private ImmutableList<ToLongFunction<Cpu>> programs() {
    return setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList());
  }
}
