package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;

/**
 * Makes findings of violated client programs: each is shrunk, those with the same cause are one,
 * and each is held against the catalogue.
 *
 * <p>Bounds are numbers of executions, and each program is explored on one thread: what is found
 * depends neither on threads nor on time.
 */
public final class Findings {
  private static final ImmutableList<Platform> PLATFORMS =
      ImmutableList.of(Platform.X86, Platform.ARM64, Platform.GENERIC);

  /** Of a patch with more edits, none is undone to see whether it is why. */
  private static final int MOST_EDITS = 6;

  private final Bounds bounds;
  private final int threads;
  private final BooleanSupplier cancelled;
  private final Optional<Path> causes;
  private final ImmutableList<Scenario> scenarios;

  /**
   * Findings.
   *
   * @param bounds of each exploration
   * @param threads how many explorations at once
   * @param cancelled whether the user has interrupted
   * @param causes the file that keeps the causes of the catalogue between runs, if any
   */
  public Findings(Bounds bounds, int threads, BooleanSupplier cancelled, Optional<Path> causes) {
    this(bounds, threads, cancelled, causes, Scenarios.all());
  }

  /** The same, with a catalogue of these scenarios. */
  Findings(
      Bounds bounds,
      int threads,
      BooleanSupplier cancelled,
      Optional<Path> causes,
      ImmutableList<Scenario> scenarios) {
    this.bounds = bounds;
    this.threads = threads;
    this.cancelled = cancelled;
    this.causes = causes;
    this.scenarios = scenarios;
  }

  /** What sightings come to, each cause once: those of the smallest programs first. */
  public ImmutableList<Finding> of(Collection<Sighting> sightings)
      throws InterruptedException, IOException {
    try (Pool pool = new Pool(threads)) {
      Catalogue catalogue = new Catalogue(scenarios, bounds, pool, cancelled, causes);
      Trials trials = new Trials(bounds, cancelled);
      ImmutableList<Group> groups = groups(sightings, trials, pool);
      ImmutableList<Details> details =
          pool.each(groups, group -> new Details(contexts(group.cell), repairs(group)));
      ImmutableList.Builder<Finding> findings = ImmutableList.builder();
      Map<String, Integer> names = new HashMap<>();
      for (int i = 0; i < groups.size(); i++) {
        Group group = groups.get(i);
        Likeness like = like(group, details.get(i), catalogue, trials, pool);
        String name = name(group.program);
        int before = names.merge(name, 1, Integer::sum) - 1;
        findings.add(
            new Finding(
                i + 1,
                before == 0 ? name : name + "-" + (before + 1),
                group.program,
                group.outcome,
                group.cause,
                like.standing,
                like.scenarios,
                details.get(i).contexts,
                details.get(i).repairs,
                ImmutableList.copyOf(group.seen)));
      }
      return findings.build();
    }
  }

  /** Violations with one cause. */
  private static final class Group {
    final ClientProgram program;
    final Cell cell;
    final Outcome outcome;
    final Cause cause;
    final List<Finding.Seen> seen = new ArrayList<>();

    Group(Examined first) {
      this.program = first.program.program();
      this.cell = first.program.cell();
      this.outcome = first.outcome;
      this.cause = first.cause;
    }
  }

  private record Small(Sighting sighting, Shrinking.Shrunk shrunk) {}

  private record Details(
      ImmutableList<Finding.Context> contexts, ImmutableList<Synthesis> repairs) {}

  private record Likeness(Finding.Standing standing, ImmutableList<Finding.Likeness> scenarios) {}

  private ImmutableList<Group> groups(Collection<Sighting> sightings, Trials trials, Pool pool)
      throws InterruptedException {
    Shrinking shrinking = new Shrinking(trials);
    ImmutableList<Small> small =
        pool.each(sightings, sighting -> new Small(sighting, shrinking.shrink(sighting))).stream()
            .sorted(
                Comparator.comparing((Small one) -> one.shrunk.program(), Shrinking.smallestFirst())
                    .thenComparing(one -> MemoryModels.named(one.shrunk.cell().model()), weakLast())
                    .thenComparing(one -> one.sighting.program(), Shrinking.smallestFirst())
                    .thenComparing(one -> one.sighting.cell().toString()))
            .collect(toImmutableList());
    ImmutableList<Optional<Examined>> examined = pool.each(small, one -> examine(one, trials));
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < small.size(); i++) {
      if (examined.get(i).isEmpty()) {
        continue;
      }
      Examined found = examined.get(i).get();
      Group group =
          groups.stream()
              .filter(
                  known ->
                      known.cell.patch().equals(found.outcome().cell().patch())
                          && known.cause.isSame(found.cause()))
              .findFirst()
              .orElse(null);
      if (group == null) {
        group = new Group(found);
        groups.add(group);
      }
      Cell cell = small.get(i).sighting.cell();
      group.seen.add(
          new Finding.Seen(
              small.get(i).sighting.program().toString(), cell.model(), cell.platform()));
    }
    return ImmutableList.copyOf(groups);
  }

  private static Comparator<MemoryModel> weakLast() {
    return Comparator.comparingInt(MemoryModels.all()::indexOf);
  }

  /**
   * The cause of a sighting in its smallest program, or else in its own. There is none if the user
   * has interrupted.
   */
  private Optional<Examined> examine(Small small, Trials trials) {
    String broken = Cause.invariant(small.sighting.broken());
    Shrinking.Shrunk whole = new Shrinking.Shrunk(small.sighting.program(), small.sighting.cell());
    Optional<Examined> found =
        examined(trials.examine(small.shrunk.cell()), broken, small.shrunk)
            .or(
                () ->
                    examined(
                        Examination.of(
                            whole.cell(), bounds, cancelled, false, small.sighting.recording()),
                        broken,
                        whole));
    if (found.isEmpty() && !cancelled.getAsBoolean()) {
      throw new IllegalStateException(
          "%s: expected '%s' to be broken, found that it is not"
              .formatted(small.sighting.cell(), broken));
    }
    return found;
  }

  /** A program with a cause. */
  private record Examined(Shrinking.Shrunk program, Cause cause, Outcome outcome) {}

  private static Optional<Examined> examined(
      ImmutableList<Examination.Examined> all, String broken, Shrinking.Shrunk program) {
    return all.stream()
        .filter(one -> one.cause().broken().equals(broken))
        .map(one -> new Examined(program, one.cause(), one.outcome()))
        .findFirst();
  }

  /** Under each memory model on each platform; what a stronger model allows, a weaker one does. */
  private ImmutableList<Finding.Context> contexts(Cell cell) {
    ImmutableList.Builder<Finding.Context> contexts = ImmutableList.builder();
    for (Platform platform : PLATFORMS) {
      boolean exists = false;
      for (MemoryModel model : MemoryModels.all()) {
        if (exists) {
          contexts.add(new Finding.Context(model.name(), platform, Verdict.SOMETIMES, 0, "", true));
          continue;
        }
        Cell other =
            new Cell(cell.scenario(), cell.patch(), platform, model.name(), cell.accesses());
        Outcome outcome =
            new ScenarioCheck(other, model).exploreToFirst(bounds, Progress.NONE, cancelled);
        exists = outcome.verdict() == Verdict.SOMETIMES;
        contexts.add(
            new Finding.Context(
                model.name(),
                platform,
                outcome.verdict(),
                outcome.executions(),
                exists ? "" : outcome.stopped(),
                false));
      }
    }
    return contexts.build();
  }

  private ImmutableList<Synthesis> repairs(Group group) {
    return new Repairs(bounds, cancelled).of(group.cell);
  }

  private Likeness like(Group group, Details details, Catalogue catalogue, Trials trials, Pool pool)
      throws InterruptedException, IOException {
    Cell cell = group.cell;
    ImmutableList<KnownCause> known =
        catalogue.causes(cell.patch(), cell.model(), cell.platform(), cell.accesses());
    Map<String, Finding.Likeness> same = new LinkedHashMap<>();
    Map<String, Finding.Likeness> alike = new LinkedHashMap<>();
    for (KnownCause other : known) {
      if (group.cause.isSame(other.cause())) {
        same.putIfAbsent(other.scenario().name(), other.like("the same cause"));
      } else if (group.cause.isSequentialFormOf(other.cause())) {
        same.putIfAbsent(other.scenario().name(), other.like("the same steps do it, on more CPUs"));
      } else if (group.cause.isAlike(other.cause())) {
        alike.putIfAbsent(other.scenario().name(), other.like(group.cause.likeness(other.cause())));
      }
    }
    if (!same.isEmpty()) {
      return new Likeness(Finding.Standing.KNOWN, ImmutableList.copyOf(same.values()));
    }
    byOwnEdits(group, known, trials, pool).forEach(alike::putIfAbsent);
    byRepair(details, known, pool).forEach(alike::putIfAbsent);
    return alike.isEmpty()
        ? new Likeness(Finding.Standing.NEW, ImmutableList.of())
        : new Likeness(Finding.Standing.VARIANT, ImmutableList.copyOf(alike.values()));
  }

  /** The scenarios that go wrong only because of the same edit of the patch. */
  private Map<String, Finding.Likeness> byOwnEdits(
      Group group, ImmutableList<KnownCause> known, Trials trials, Pool pool)
      throws InterruptedException {
    Map<String, Finding.Likeness> alike = new LinkedHashMap<>();
    Patch patch = group.cell.patch();
    for (Edit edit : patch.edits()) {
      Patch without =
          new Patch(
              patch.name() + "-undone",
              patch.title(),
              patch.base(),
              patch.edits().stream()
                  .filter(other -> !other.equals(edit))
                  .collect(toImmutableList()));
      if (patch.edits().size() <= MOST_EDITS
          && !trials.breaks(under(group.cell, without), group.cause.broken())) {
        String why =
            "the same edit of the patch is why: %s %s"
                .formatted(edit.getClass().getSimpleName(), edit.label());
        stoppedUnder(group.cell, without, known, why, pool).forEach(alike::putIfAbsent);
      }
    }
    return alike;
  }

  private static Cell under(Cell cell, Patch patch) {
    return new Cell(cell.scenario(), patch, cell.platform(), cell.model(), cell.accesses());
  }

  /** The scenarios that the same edits stop. */
  private Map<String, Finding.Likeness> byRepair(
      Details details, ImmutableList<KnownCause> known, Pool pool) throws InterruptedException {
    if (details.repairs.isEmpty() || details.repairs.get(0).sets().isEmpty()) {
      return Map.of();
    }
    Synthesis repair = details.repairs.get(0);
    Synthesis.SafeSet set = repair.sets().get(0);
    return stoppedUnder(
        repair.start().get(0).cell(),
        set.patch(),
        known,
        "stopped by the same: "
            + set.edits().stream().map(Synthesis.Chosen::words).collect(Collectors.joining("; ")),
        pool);
  }

  private Map<String, Finding.Likeness> stoppedUnder(
      Cell like, Patch patch, ImmutableList<KnownCause> known, String why, Pool pool)
      throws InterruptedException {
    ImmutableList<Scenario> open =
        known.stream().map(KnownCause::scenario).distinct().collect(toImmutableList());
    ImmutableList<Verdict> repaired =
        pool.each(
            open,
            scenario ->
                new ScenarioCheck(
                        new Cell(scenario, patch, like.platform(), like.model(), like.accesses()),
                        MemoryModels.named(like.model()))
                    .exploreToFirst(bounds, Progress.NONE, cancelled)
                    .verdict());
    Map<String, Finding.Likeness> stopped = new LinkedHashMap<>();
    for (int i = 0; i < open.size(); i++) {
      if (repaired.get(i) == Verdict.NEVER) {
        for (KnownCause other : known) {
          if (other.scenario().equals(open.get(i))) {
            stopped.putIfAbsent(other.scenario().name(), other.like(why));
          }
        }
      }
    }
    return stopped;
  }

  /** What the CPUs do, and the start unless it is the usual one: {@code fork-vs-pin-fast-write}. */
  private static String name(ClientProgram program) {
    String operations =
        program.cpus().stream()
            .map(cpu -> cpu.stream().map(Operation::word).collect(Collectors.joining("-")))
            .collect(Collectors.joining("-vs-"));
    return program.start() == Start.EXCLUSIVE ? operations : operations + "-of-" + program.start();
  }
}
