package org.cowcheck.synthesis;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.Iterables.getLast;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.StepBegin;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;

/**
 * Finds the cheapest sets of edits under which no scenario goes wrong.
 *
 * <h2>The search</h2>
 *
 * Implicit hitting sets (Chandrasekaran, Karp, Moreno-Centeno, Vempala: Algorithms for Implicit
 * Hitting Set Problems, SODA 2011). Clauses say what a safe set has one of. The cheapest set that
 * satisfies all of them is tried: against the witnesses that are known, then by exploration. A
 * witness that it leaves possible gives a clause more, see {@link Learned}. A set that leaves none
 * possible is safe, and the cheapest, as every cheaper one misses a clause.
 *
 * <p>Edits other than fences change what CPUs do: clauses learned under some of them hold where
 * these are in place, and each further one satisfies them. A witness is tried under other such
 * edits before they are explored.
 *
 * <h2>More sets</h2>
 *
 * Once a set is found, those that do at least as much at all its places are excluded, and the
 * search goes on.
 */
public final class Synthesizer {
  private final Question question;
  private final Explorations explorations;
  private final Function<int[], HittingSet> solver;
  private final long start = System.nanoTime();
  private final List<Learned> learned = new ArrayList<>();
  private final Set<String> carried = new HashSet<>();
  private final Map<BitSet, ImmutableList<ScenarioCheck>> checks = new HashMap<>();
  private final List<Integer> scenarioOf = new ArrayList<>();
  private final List<Integer> order = new ArrayList<>();
  private ImmutableList<Run> runs = ImmutableList.of();
  private ImmutableList<Candidate> candidates = ImmutableList.of();
  private ImmutableList<ImmutableList<BitSet>> effects = ImmutableList.of();
  private HittingSet sets;
  private List<List<Integer>> growths = List.of();
  private int witnesses;
  private Synthesis.Defeat lastDefeat;
  private Synthesis.Defeat defeatOfFences;

  private Synthesizer(
      Question question, Explorations explorations, Function<int[], HittingSet> solver) {
    this.question = question;
    this.explorations = explorations;
    this.solver = solver;
    this.sets = solver.apply(new int[0]);
  }

  /** Answers a question. */
  public static Synthesis answer(
      Question question, Bounds bounds, int threads, BooleanSupplier cancelled)
      throws InterruptedException {
    return answer(question, bounds, threads, cancelled, HittingSet::new);
  }

  /**
   * The same.
   *
   * @param solver makes the problem of hitting sets from the costs
   */
  static Synthesis answer(
      Question question,
      Bounds bounds,
      int threads,
      BooleanSupplier cancelled,
      Function<int[], HittingSet> solver)
      throws InterruptedException {
    try (Explorations explorations = new Explorations(question, bounds, threads, cancelled)) {
      return new Synthesizer(question, explorations, solver).search();
    }
  }

  private Synthesis search() throws InterruptedException {
    ImmutableList<ScenarioCheck> own = explorations.checks(question.patch());
    checks.put(new BitSet(), own);
    List<Runs> gathered = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      gathered.add(new Runs(i, own.get(i)));
    }
    ImmutableList<Outcome> atStart =
        explorations.each(
            own,
            check ->
                explorations.count(
                    check.explore(
                        explorations.bounds(),
                        1,
                        Progress.NONE,
                        explorations.cancelled(),
                        gathered.get(own.indexOf(check))::add)));
    for (Outcome outcome : atStart) {
      if (!outcome.stopped().isEmpty()) {
        return ending(
            Synthesis.Ending.UNKNOWN, atStart, ImmutableList.of(), unknown(outcome, "the patch"));
      }
    }
    if (atStart.stream().allMatch(Outcome::isClean)) {
      return ending(
          Synthesis.Ending.NOTHING_NEEDED,
          atStart,
          ImmutableList.of(),
          "nothing is needed: all scenarios are Never");
    }
    runs = gathered.stream().flatMap(some -> some.all().stream()).collect(toImmutableList());
    Candidates.Found found =
        Candidates.in(
            question.patch(), question.kinds(), question.costs(), runs, explorations::checks);
    candidates = found.all();
    effects = found.effects();
    sets = solver.apply(candidates.stream().mapToInt(Candidate::cost).toArray());
    List<Integer> fences =
        IntStream.range(0, candidates.size())
            .filter(number -> candidates.get(number).isFence())
            .boxed()
            .sorted(Comparator.comparingInt(number -> candidates.get(number).cost()))
            .toList();
    List<Integer> dearFirst =
        fences.stream()
            .sorted(Comparator.comparingInt(number -> -candidates.get(number).cost()))
            .toList();
    growths = List.of(fences, dearFirst);
    for (int i = 0; i < own.size(); i++) {
      order.add(i);
      Optional<Witness> witness = atStart.get(i).witness();
      if (witness.isPresent()) {
        learn(i, new BitSet(), witness.get());
      }
    }
    return descend(atStart);
  }

  private Synthesis descend(ImmutableList<Outcome> atStart) throws InterruptedException {
    List<Synthesis.SafeSet> safe = new ArrayList<>();
    while (safe.size() < question.sets()) {
      if (explorations.cancelled().getAsBoolean()) {
        return ending(
            safe.isEmpty() ? Synthesis.Ending.UNKNOWN : Synthesis.Ending.FOUND,
            atStart,
            ImmutableList.copyOf(safe),
            "interrupted");
      }
      Optional<BitSet> next = sets.cheapest(question.maxEdits());
      if (next.isEmpty()) {
        return ending(
            safe.isEmpty() ? Synthesis.Ending.NONE : Synthesis.Ending.FOUND,
            atStart,
            ImmutableList.copyOf(safe),
            safe.isEmpty()
                ? "no set of up to %d edits does".formatted(question.maxEdits())
                : "every other set of up to %d edits that does has all that one of these does"
                    .formatted(question.maxEdits()));
      }
      BitSet set = next.get();
      if (sets.cost(set) > question.maxCost()) {
        return ending(
            safe.isEmpty() ? Synthesis.Ending.NONE : Synthesis.Ending.FOUND,
            atStart,
            ImmutableList.copyOf(safe),
            "every %s set costs %d or more"
                .formatted(safe.isEmpty() ? "safe" : "other", sets.cost(set)));
      }
      if (sets.unsatisfied(set) >= 0) {
        throw new IllegalStateException("a set that is known to be unsafe: " + patch(set).edits());
      }
      if (learnFromKnown(set)) {
        continue;
      }
      ImmutableList<Outcome> outcomes = explorations.untilBroken(patch(set), order);
      Outcome last = getLast(outcomes);
      if (last.verdict() == Verdict.SOMETIMES) {
        int scenario = order.get(outcomes.size() - 1);
        order.remove((Integer) scenario);
        order.add(0, scenario);
        learn(scenario, set, last.witness().orElseThrow());
        continue;
      }
      for (Outcome outcome : outcomes) {
        if (outcome.verdict() != Verdict.NEVER) {
          return ending(
              safe.isEmpty() ? Synthesis.Ending.UNKNOWN : Synthesis.Ending.FOUND,
              atStart,
              ImmutableList.copyOf(safe),
              unknown(outcome, "a set of cost " + sets.cost(set)));
        }
      }
      safe.add(safeSet(set, outcomes));
      sets.block(set.stream().mapToObj(this::atLeast).toList());
    }
    return ending(
        Synthesis.Ending.FOUND,
        atStart,
        ImmutableList.copyOf(safe),
        "more sets were not asked for");
  }

  private static String unknown(Outcome outcome, String under) {
    return "%s under %s was not explored to the end (%s)"
        .formatted(outcome.cell().scenario(), under, outcome.stopped());
  }

  // Learning.

  /** Learns from witnesses that a set leaves possible; says whether there was one. */
  private boolean learnFromKnown(BitSet set) {
    BitSet given = others(set);
    boolean any = false;
    for (Learned witness : List.copyOf(learned)) {
      if (witness.given().equals(given)) {
        any |= learnIfLeft(witness, set);
      }
    }
    for (Learned witness : List.copyOf(learned)) {
      if (!any && !witness.given().equals(given)) {
        Optional<Learned> here = carry(witness, given);
        if (here.isPresent()) {
          learned.add(here.get());
          any |= learnIfLeft(here.get(), set);
        }
      }
    }
    return any;
  }

  private boolean learnIfLeft(Learned witness, BitSet set) {
    if (!witness.isLeftBy(set)) {
      return false;
    }
    for (List<Integer> growth : growths) {
      HittingSet.Clause clause = witness.clause(set, growth, candidates);
      sets.add(clause);
      scenarioOf.add(witness.scenario());
      if (defeatOfFences == null
          && witness.given().isEmpty()
          && clause.oneOf().stream().noneMatch(number -> candidates.get(number).isFence())) {
        defeatOfFences = defeat(witness);
      }
    }
    return true;
  }

  /** A witness under other edits, if it goes wrong there in the same way. */
  private Optional<Learned> carry(Learned witness, BitSet given) {
    if (!carried.add(learned.indexOf(witness) + " " + given)) {
      return Optional.empty();
    }
    return withoutFences(witness.scenario(), given, witness.graph(), witness.isRace());
  }

  private Optional<Learned> withoutFences(int scenario, BitSet given, Graph graph, boolean isRace) {
    ScenarioCheck check = checks(given).get(scenario);
    Optional<Execution> execution = check.along(graph);
    if (execution.isEmpty() || (execution.get().broken().isEmpty() && !isRace)) {
      return Optional.empty();
    }
    Graph bare = execution.get().graph();
    ImmutableList.Builder<ImmutableList<StepBegin>> begins = ImmutableList.builder();
    for (int cpu = 0; cpu < bare.cpus(); cpu++) {
      begins.add(check.play(bare, cpu).begins());
    }
    return Optional.of(
        new Learned(scenario, given, bare, begins.build(), isRace, question.model(), candidates));
  }

  /** Learns from a witness that was found under a set. */
  private void learn(int scenario, BitSet set, Witness witness) {
    witnesses++;
    BitSet given = others(set);
    boolean isRace = witness.broken().isEmpty();
    Optional<Learned> bare = withoutFences(scenario, given, witness.graph(), isRace);
    lastDefeat = new Synthesis.Defeat(name(scenario), witness, set.cardinality(), false);
    if (bare.isPresent() && learnIfLeft(bare.get(), set)) {
      learned.add(bare.get());
      return;
    }
    // It takes the set's fences to make it a violation. Every part of the set is cheaper, and has
    // been found unsafe.
    BitSet outside = new BitSet();
    outside.set(0, candidates.size());
    outside.andNot(set);
    sets.add(new HittingSet.Clause(given, outside));
    scenarioOf.add(scenario);
  }

  private BitSet others(BitSet set) {
    BitSet others = new BitSet();
    set.stream().filter(number -> !candidates.get(number).isFence()).forEach(others::set);
    return others;
  }

  private ImmutableList<ScenarioCheck> checks(BitSet given) {
    return checks.computeIfAbsent(given, edits -> explorations.checks(patch(edits)));
  }

  private Patch patch(BitSet set) {
    ImmutableList<Edit> edits = question.patch().edits();
    for (int number = set.nextSetBit(0); number >= 0; number = set.nextSetBit(number + 1)) {
      edits = candidates.get(number).change().in(edits);
    }
    return new Patch(
        question.patch().name() + "-made-safe",
        question.patch().title() + ", made safe",
        question.patch().base(),
        edits);
  }

  /** The candidates that do at least what one does, wherever it does something. */
  private BitSet atLeast(int number) {
    BitSet result = new BitSet();
    result.set(number);
    for (int other = 0; other < candidates.size(); other++) {
      if (candidates.get(number).isFence() && candidates.get(other).isFence()) {
        boolean covers = true;
        for (int run = 0; run < runs.size() && covers; run++) {
          covers =
              HittingSet.containsAll(effects.get(other).get(run), effects.get(number).get(run));
        }
        result.set(other, covers || other == number);
      }
    }
    return result;
  }

  // What is found.

  /** A set that is safe; each of its edits is left out once, which has to go wrong. */
  private Synthesis.SafeSet safeSet(BitSet set, ImmutableList<Outcome> outcomes)
      throws InterruptedException {
    ImmutableList.Builder<Synthesis.Chosen> edits = ImmutableList.builder();
    for (int number = set.nextSetBit(0); number >= 0; number = set.nextSetBit(number + 1)) {
      BitSet rest = (BitSet) set.clone();
      rest.clear(number);
      edits.add(chosen(candidates.get(number), withoutOne(rest)));
    }
    Outcome[] inOrder = new Outcome[outcomes.size()];
    for (int i = 0; i < inOrder.length; i++) {
      inOrder[order.get(i)] = outcomes.get(i);
    }
    return new Synthesis.SafeSet(
        sets.cost(set), edits.build(), patch(set), ImmutableList.copyOf(inOrder));
  }

  private Outcome withoutOne(BitSet rest) throws InterruptedException {
    int clause = sets.unsatisfied(rest);
    if (clause < 0) {
      throw new IllegalStateException("a set that satisfies all is cheaper: " + rest);
    }
    List<Integer> likelyFirst = new ArrayList<>(order);
    likelyFirst.remove(scenarioOf.get(clause));
    likelyFirst.add(0, scenarioOf.get(clause));
    Outcome outcome = getLast(explorations.untilBroken(patch(rest), likelyFirst));
    if (outcome.verdict() == Verdict.NEVER) {
      throw new IllegalStateException(
          "no scenario goes wrong under a part of a set: " + patch(rest).edits());
    }
    return outcome;
  }

  private Synthesis.Chosen chosen(Candidate candidate, Outcome without) {
    Edit edit = edit(candidate);
    return new Synthesis.Chosen(
        edit,
        candidate.change() instanceof Change.Undo,
        candidate.kind().word(),
        candidate.cost(),
        Wording.of(candidate),
        candidate.step().kernelFunction(),
        candidate.step().label(),
        candidate.step().what(),
        candidate.isFence() ? beside(candidate.place()) : ImmutableList.of(),
        candidate.twins().stream().map(Wording::of).collect(toImmutableList()),
        without);
  }

  private static Edit edit(Candidate candidate) {
    return candidate.change() instanceof Change.Add add
        ? add.edit()
        : ((Change.Undo) candidate.change()).edit();
  }

  /** The steps on the other side of a place. */
  private ImmutableList<String> beside(Place place) {
    Set<String> beside = new LinkedHashSet<>();
    for (Run run : runs) {
      List<StepBegin> begins = run.begins();
      for (int i = 0; i < begins.size(); i++) {
        int other = place.after() ? i + 1 : i - 1;
        if (begins.get(i).step().label().equals(place.label())
            && other >= 0
            && other < begins.size()) {
          beside.add(Wording.of(begins.get(other).step()));
        }
      }
    }
    return ImmutableList.copyOf(beside);
  }

  private Synthesis.Defeat defeat(Learned witness) {
    ScenarioCheck check = checks(witness.given()).get(witness.scenario());
    Recording recording = Recording.of(witness.graph(), check.setting().memory().words());
    return new Synthesis.Defeat(name(witness.scenario()), check.replay(recording), 0, true);
  }

  private String name(int scenario) {
    return question.scenarios().get(scenario).name();
  }

  private Synthesis ending(
      Synthesis.Ending ending,
      ImmutableList<Outcome> atStart,
      ImmutableList<Synthesis.SafeSet> safe,
      String rest) {
    ImmutableSet<Kind> kinds = question.kinds();
    return new Synthesis(
        question.patch(),
        question.platform(),
        question.model().name(),
        question.accesses(),
        ending,
        atStart,
        safe,
        rest,
        ending == Synthesis.Ending.NONE
            ? Optional.ofNullable(defeatOfFences != null ? defeatOfFences : lastDefeat)
            : Optional.empty(),
        new Synthesis.Asked(
            kinds.stream().map(Kind::word).collect(toImmutableList()), question.maxEdits()),
        new Synthesis.Effort(
            candidates.size(),
            witnesses,
            sets.size(),
            explorations.begun(),
            explorations.executions(),
            (System.nanoTime() - start) / 1e9));
  }
}
