package org.cowcheck.synthesis;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.cowcheck.execution.Event;
import org.cowcheck.explore.Played;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.StepBegin;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;

/**
 * Finds the edits that are possible in the runs of a patch.
 *
 * <p>Steps that only a candidate brings in have none of their own: ask again, from the patch with
 * it. Edits that come to the same in all runs are one candidate, by the cheapest of them; see
 * {@link Gaps} for fences. smp_mb__after_atomic() and smp_mb__before_atomic() go beside atomics
 * that return nothing, which is what the kernel has them for. No fence goes into user space.
 */
final class Candidates {
  /** A kernel function, perhaps of a later commit. */
  private static final Pattern IN_KERNEL = Pattern.compile("\\w+( \\([0-9a-f]{12}\\))?");

  private final Patch patch;
  private final ImmutableSet<Kind> kinds;
  private final Costs costs;
  private final ImmutableList<Run> runs;
  private final Function<Patch, ImmutableList<ScenarioCheck>> checks;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final List<Candidate> found = new ArrayList<>();
  private final List<ImmutableList<BitSet>> signatures = new ArrayList<>();

  private Candidates(
      Patch patch,
      ImmutableSet<Kind> kinds,
      Costs costs,
      ImmutableList<Run> runs,
      Function<Patch, ImmutableList<ScenarioCheck>> checks) {
    this.patch = patch;
    this.kinds = kinds;
    this.costs = costs;
    this.runs = runs;
    this.checks = checks;
    for (Run run : runs) {
      for (StepBegin begin : run.begins()) {
        Step step = begin.step();
        if (!step.label().isEmpty()
            && !step.label().endsWith("+")
            && IN_KERNEL.matcher(step.kernelFunction()).matches()) {
          steps.putIfAbsent(step.label(), step);
        }
      }
    }
  }

  /**
   * What was found.
   *
   * @param effects per candidate and run, the effects of a fence
   */
  record Found(ImmutableList<Candidate> all, ImmutableList<ImmutableList<BitSet>> effects) {}

  /**
   * The candidates.
   *
   * @param checks the scenarios under another patch
   */
  static Found in(
      Patch patch,
      ImmutableSet<Kind> kinds,
      Costs costs,
      ImmutableList<Run> runs,
      Function<Patch, ImmutableList<ScenarioCheck>> checks) {
    Candidates candidates = new Candidates(patch, kinds, costs, runs, checks);
    candidates.addFences();
    candidates.addOthers();
    return new Found(
        ImmutableList.copyOf(candidates.found), ImmutableList.copyOf(candidates.signatures));
  }

  // Fences.

  private void addFences() {
    ListMultimap<ImmutableList<BitSet>, Candidate> same = LinkedListMultimap.create();
    for (Step step : steps.values()) {
      for (Kind kind : kinds) {
        if (kind.isFence()) {
          addFence(kind, step, new Place(step.label(), false), same);
          addFence(kind, step, new Place(step.label(), true), same);
        }
      }
    }
    ImmutableList<ImmutableList<BitSet>> leastFirst =
        ImmutableList.sortedCopyOf(Comparator.comparingInt(Candidates::total), same.keySet());
    for (ImmutableList<BitSet> effects : leastFirst) {
      List<Candidate> alike = new ArrayList<>(same.get(effects));
      alike.sort(Comparator.comparingInt(Candidate::cost).thenComparing(Candidates::isUnusual));
      Candidate first = alike.get(0);
      ImmutableList<Candidate> twins =
          alike.stream()
              .skip(1)
              .filter(other -> other.kind() == first.kind())
              .collect(toImmutableList());
      add(first.with(twins), effects);
    }
  }

  /** How often a fence is executed, more or less. */
  private static int total(ImmutableList<BitSet> effects) {
    return effects.stream().mapToInt(BitSet::cardinality).sum();
  }

  /** Usually a fence is written after the store or atomic, and before the load, that it is for. */
  private static boolean isUnusual(Candidate candidate) {
    boolean usuallyAfter = candidate.kind().ordersStores() || candidate.kind() == Kind.AFTER_ATOMIC;
    return candidate.place().after() != usuallyAfter;
  }

  private void addFence(
      Kind kind, Step step, Place place, ListMultimap<ImmutableList<BitSet>, Candidate> same) {
    Edit edit = place.edit(kind.fence());
    if (patch.edits().contains(edit)) {
      return;
    }
    ImmutableList.Builder<BitSet> effects = ImmutableList.builder();
    boolean any = false;
    for (Run run : runs) {
      BitSet own = new BitSet();
      for (int index : place.in(run.begins())) {
        if (!isProper(kind, run, index)) {
          return;
        }
        new Gaps(run.graph()).addEffects(run.cpu(), index, kind, own);
      }
      any |= !own.isEmpty();
      effects.add(own);
    }
    if (any) {
      same.put(
          effects.build(),
          new Candidate(
              kind, new Change.Add(edit), step, costs.of(kind, step), ImmutableList.of()));
    }
  }

  private static boolean isProper(Kind kind, Run run, int index) {
    return switch (kind) {
      case AFTER_ATOMIC -> isAtomic(run.accessBefore(index));
      case BEFORE_ATOMIC -> isAtomic(run.accessFrom(index));
      default -> true;
    };
  }

  private static boolean isAtomic(Event access) {
    return access != null
        && access.update() != null
        && access.update().order() == RmwOrder.NORETURN;
  }

  private void add(Candidate candidate, ImmutableList<BitSet> effects) {
    found.add(candidate);
    signatures.add(effects);
  }

  // What changes accesses or branches.

  private void addOthers() {
    for (Step step : steps.values()) {
      addIfAllowed(Kind.MARK, new Change.Add(new Edit.Mark(step.label())), step);
      addIfAllowed(Kind.ATOMIC, new Change.Add(new Edit.MakeAtomic(step.label())), step);
    }
    ImmutableMap<String, Step> all =
        Paths.all().stream()
            .flatMap(path -> path.all().stream())
            .collect(ImmutableMap.toImmutableMap(Step::label, step -> step));
    for (Edit edit : patch.edits()) {
      Step step = all.get(edit.label());
      if (step != null) {
        kindOfUndone(edit).ifPresent(kind -> addIfAllowed(kind, new Change.Undo(edit), step));
        if (edit instanceof Edit.DropFence) {
          addFenceOf(new Change.Undo(edit), step, played(new Change.Undo(edit)));
        }
      }
    }
    for (Step step : all.values()) {
      if (step.part() == Step.Part.HUNK
          && !Kernel.isIn(patch.base(), step)
          && !patch.edits().contains(new Edit.AddHunk(step.label()))) {
        addIfAllowed(Kind.HUNK, new Change.Add(new Edit.AddHunk(step.label())), step);
      }
    }
  }

  private static Optional<Kind> kindOfUndone(Edit edit) {
    if (edit instanceof Edit.DropRecheck) {
      return Optional.of(Kind.RECHECK);
    }
    if (edit instanceof Edit.DropHunk) {
      return Optional.of(Kind.HUNK);
    }
    if (edit instanceof Edit.Unmark) {
      return Optional.of(Kind.MARK);
    }
    return edit instanceof Edit.MakeNonAtomic ? Optional.of(Kind.ATOMIC) : Optional.empty();
  }

  private void addIfAllowed(Kind kind, Change change, Step step) {
    if (!kinds.contains(kind)) {
      return;
    }
    if (kind == Kind.MARK && change instanceof Change.Add && !isPlain(step)) {
      return;
    }
    ImmutableList<Played> played = played(change);
    if (kind == Kind.HUNK && addFenceOf(change, step, played)) {
      return;
    }
    if (played.stream().anyMatch(run -> run.deviates() || !run.more().isEmpty())) {
      add(
          new Candidate(kind, change, step, costs.of(kind, step), ImmutableList.of()),
          ImmutableList.of());
    }
  }

  private boolean isPlain(Step step) {
    for (Run run : runs) {
      for (int i = 0; i < run.graph().length(run.cpu()); i++) {
        Event event = run.graph().event(run.graph().at(run.cpu(), i));
        if (event.step().equals(step) && event.order() == Order.PLAIN && !event.isFence()) {
          return true;
        }
      }
    }
    return false;
  }

  private ImmutableList<Played> played(Change change) {
    ImmutableList<ScenarioCheck> changed = checks.apply(with(change));
    return runs.stream()
        .map(run -> changed.get(run.scenario()).play(run.graph(), run.cpu()))
        .collect(toImmutableList());
  }

  /**
   * Adds a change that comes to fences of one kind: as a twin of the candidate that puts them
   * there, if there is one. Says whether it is such a change.
   */
  private boolean addFenceOf(Change change, Step step, List<Played> played) {
    ImmutableSet<Optional<Kind>> fences =
        played.stream()
            .flatMap(run -> run.more().stream())
            .map(fence -> Kind.ofFence(fence.fence()))
            .collect(ImmutableSet.toImmutableSet());
    if (fences.size() != 1
        || Iterables.getOnlyElement(fences).isEmpty()
        || played.stream().anyMatch(Played::deviates)) {
      return false;
    }
    Kind kind = Iterables.getOnlyElement(fences).get();
    ImmutableList.Builder<BitSet> effects = ImmutableList.builder();
    for (int i = 0; i < runs.size(); i++) {
      BitSet own = new BitSet();
      for (Played.MoreFence fence : played.get(i).more()) {
        new Gaps(runs.get(i).graph()).addEffects(runs.get(i).cpu(), fence.index(), kind, own);
      }
      effects.add(own);
    }
    Candidate own = new Candidate(kind, change, step, costs.of(kind, step), ImmutableList.of());
    int same = signatures.indexOf(effects.build());
    if (same >= 0 && found.get(same).cost() <= own.cost()) {
      Candidate twin = found.get(same);
      if (twin.kind() == kind) {
        found.set(
            same,
            twin.with(ImmutableList.<Candidate>builder().addAll(twin.twins()).add(own).build()));
      }
    } else if (kinds.contains(Kind.HUNK) || kinds.contains(kind)) {
      add(own, ImmutableList.of());
    }
    return true;
  }

  private Patch with(Change change) {
    return new Patch(patch.name(), patch.title(), patch.base(), change.in(patch.edits()));
  }
}
