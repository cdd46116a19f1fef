package org.cowcheck.synthesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Lists;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.StepBegin;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cheapest safe sets of litmus shapes and of patches. */
final class SynthesizerTest {
  private static final ImmutableSet<Kind> ALL = ImmutableSet.copyOf(Kind.values());
  private static final ImmutableSet<Kind> ORACLE_KINDS =
      ImmutableSet.of(Kind.SMP_WMB, Kind.SMP_RMB, Kind.SMP_MB, Kind.AFTER_ATOMIC);

  @Test
  void messagePassing_needsAWriteAndAReadBarrier() throws InterruptedException {
    Synthesis synthesis = answer(TinyScenario.question(TinyScenario.MP, MemoryModels.LKMM, ALL));
    assertEquals(
        "[InsertAfter[label=P0a, fence=SMP_WMB], InsertBefore[label=P1b, fence=SMP_RMB]]",
        edits(synthesis));
    assertEquals(4, synthesis.sets().get(0).cost());
    assertEquals(3, synthesis.sets().get(0).proofs().get(0).executions());
  }

  @Test
  void storeBuffering_needsTwoFullBarriers() throws InterruptedException {
    for (MemoryModel model : List.of(MemoryModels.TSO, MemoryModels.LKMM)) {
      assertEquals(
          "[InsertBefore[label=P0b, fence=SMP_MB], InsertBefore[label=P1b, fence=SMP_MB]]",
          edits(answer(TinyScenario.question(TinyScenario.SB, model, ALL))));
    }
  }

  @Test
  void afterAnAtomic_theCheaperBarrierDoes() throws InterruptedException {
    assertEquals(
        "[InsertAfter[label=P0a, fence=AFTER_ATOMIC], InsertBefore[label=P1b, fence=SMP_MB]]",
        edits(answer(TinyScenario.question(TinyScenario.SB_AFTER_ATOMIC, MemoryModels.LKMM, ALL))));
  }

  @Test
  void withWriteAndReadBarriersAlone_nothingHelpsStoreBuffering() throws InterruptedException {
    Synthesis synthesis =
        answer(
            TinyScenario.question(
                TinyScenario.SB, MemoryModels.LKMM, ImmutableSet.of(Kind.WMB, Kind.RMB)));
    assertEquals(Synthesis.Ending.NONE, synthesis.ending());
    assertTrue(synthesis.defeat().orElseThrow().fencesLeaveIt());
    assertEquals(4, synthesis.defeat().orElseThrow().witness().cycle().size());
  }

  @Test
  void anInterleaving_isHelpedByNoFence() throws InterruptedException {
    Synthesis synthesis =
        answer(TinyScenario.question(TinyScenario.INTERLEAVING, MemoryModels.LKMM, ALL));
    assertEquals(Synthesis.Ending.NONE, synthesis.ending());
    assertTrue(synthesis.defeat().orElseThrow().fencesLeaveIt());
    assertTrue(synthesis.defeat().orElseThrow().witness().cycle().isEmpty());
  }

  @Test
  void whatIsSafe_needsNothing() throws InterruptedException {
    assertEquals(
        Synthesis.Ending.NOTHING_NEEDED,
        answer(TinyScenario.question(TinyScenario.MP, MemoryModels.TSO, ALL)).ending());
  }

  @Test
  void aLostUpdate_needsAtomicsOnBothSides() throws InterruptedException {
    Synthesis synthesis =
        answer(TinyScenario.question(TinyScenario.LOST_UPDATE, MemoryModels.SC, ALL));
    assertEquals("[MakeAtomic[label=P0a], MakeAtomic[label=P1a]]", edits(synthesis));
  }

  @Test
  void aDataRace_needsAMark() throws InterruptedException {
    Question marked = TinyScenario.question(TinyScenario.RACE, MemoryModels.LKMM, ALL);
    assertEquals(Synthesis.Ending.NOTHING_NEEDED, answer(marked).ending());
    assertEquals("[Mark[label=P1a]]", edits(answer(with(marked, Accesses.AS_WRITTEN, 6))));
  }

  @Test
  void fewerEditsThanItTakes_giveNone() throws InterruptedException {
    Question question = TinyScenario.question(TinyScenario.MP, MemoryModels.LKMM, ALL);
    Synthesis synthesis = answer(with(question, Accesses.MARKED, 1));
    assertEquals(Synthesis.Ending.NONE, synthesis.ending());
    assertEquals("MP", synthesis.defeat().orElseThrow().scenario());
  }

  @Test
  void aBound_givesUnknown() throws InterruptedException {
    Synthesis synthesis =
        Synthesizer.answer(
            TinyScenario.question(TinyScenario.MP, MemoryModels.LKMM, ALL),
            new Bounds(1, Bounds.NONE.timeout(), Bounds.NONE.maxEvents()),
            1,
            () -> false);
    assertEquals(Synthesis.Ending.UNKNOWN, synthesis.ending());
  }

  // Against all sets of up to two edits.

  static Stream<Scenario> shapes() {
    return Stream.of(
        TinyScenario.MP,
        TinyScenario.SB,
        TinyScenario.SB_AFTER_ATOMIC,
        TinyScenario.S,
        TinyScenario.R,
        TinyScenario.TWO_PLUS_TWO_W);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theCheapestSet_isThatOfTryingAll(Scenario scenario) throws InterruptedException {
    Question question = TinyScenario.question(scenario, MemoryModels.LKMM, ORACLE_KINDS);
    List<List<Edit>> safe = safePairs(question);
    for (int mb : new int[] {2, 3, 8}) {
      Costs costs = new Costs(ImmutableMap.of(Kind.SMP_MB, mb), ImmutableMap.of());
      Question asked = with(question, costs);
      assertEquals(
          safe.stream().map(pair -> costOf(asked, pair)).min(Integer::compare),
          answer(asked).sets().stream().map(Synthesis.SafeSet::cost).findFirst());
    }
  }

  /** Explores every set of two fences, wherever they may be; none of the shapes needs just one. */
  private static List<List<Edit>> safePairs(Question question) {
    List<Edit> edits =
        Stream.of("P0a", "P0b", "P1a", "P1b")
            .flatMap(
                label ->
                    question.kinds().stream()
                        .flatMap(
                            kind ->
                                Stream.of(
                                    new Place(label, false).edit(kind.fence()),
                                    new Place(label, true).edit(kind.fence()))))
            .collect(Collectors.toList());
    edits.forEach(edit -> assertFalse(isSafe(question, List.of(edit)), edit::toString));
    return Lists.cartesianProduct(edits, edits).stream()
        .filter(pair -> edits.indexOf(pair.get(0)) < edits.indexOf(pair.get(1)))
        .filter(pair -> isSafe(question, pair))
        .collect(Collectors.toList());
  }

  private static int costOf(Question question, List<Edit> edits) {
    return edits.stream()
        .map(SynthesizerTest::fence)
        .mapToInt(
            fence ->
                question
                    .costs()
                    .kinds()
                    .getOrDefault(Kind.ofFence(fence).orElseThrow(), kindCost(fence)))
        .sum();
  }

  private static int kindCost(Fence fence) {
    return Kind.ofFence(fence).orElseThrow().cost();
  }

  private static Fence fence(Edit edit) {
    return edit instanceof Edit.InsertAfter after
        ? after.fence()
        : ((Edit.InsertBefore) edit).fence();
  }

  private static boolean isSafe(Question question, List<Edit> edits) {
    return explore(question, patch(question, edits)).verdict() == Verdict.NEVER;
  }

  private static Patch patch(Question question, List<Edit> edits) {
    return new Patch("tried", "tried", question.patch().base(), ImmutableList.copyOf(edits));
  }

  private static Outcome explore(Question question, Patch patch) {
    return check(question, patch).exploreToFirstOrRace(Bounds.NONE, () -> false);
  }

  private static ScenarioCheck check(Question question, Patch patch) {
    return new ScenarioCheck(
        new Cell(
            question.scenarios().get(0),
            patch,
            question.platform(),
            question.model().name(),
            question.accesses()),
        question.model());
  }

  /** What a graph with fences says is what running the patched program says. */
  @Test
  void fencesInAGraph_forbidWhatFencesInTheProgramForbid() {
    int forbidden = 0;
    Question ksm =
        with(
            TinyScenario.question(scenario("gup-fast-vs-ksm-same-pte"), MemoryModels.LKMM, ALL),
            new Patch("S2", "S2", KernelState.S2, ImmutableList.of()));
    for (Question question :
        List.of(
            TinyScenario.question(TinyScenario.MP, MemoryModels.LKMM, ALL),
            TinyScenario.question(TinyScenario.SB_AFTER_ATOMIC, MemoryModels.LKMM, ALL),
            TinyScenario.question(TinyScenario.WRC, MemoryModels.LKMM, ALL),
            ksm)) {
      forbidden += forbiddenAlike(question);
    }
    assertTrue(forbidden > 20, "only " + forbidden);
  }

  private static int forbiddenAlike(Question question) {
    ScenarioCheck check = check(question, question.patch());
    Runs runs = new Runs(0, check);
    Outcome outcome = check.explore(Bounds.NONE, 1, Progress.NONE, () -> false, runs::add);
    List<Candidate> candidates =
        Candidates.in(
                question.patch(),
                ImmutableSet.of(
                    Kind.SMP_WMB, Kind.SMP_RMB, Kind.SMP_MB, Kind.AFTER_ATOMIC, Kind.BEFORE_ATOMIC),
                question.costs(),
                runs.all(),
                patch -> ImmutableList.of(check(question, patch)))
            .all();
    Graph graph = outcome.witness().orElseThrow().graph();
    ImmutableList.Builder<ImmutableList<StepBegin>> begins = ImmutableList.builder();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      begins.add(check.play(graph, cpu).begins());
    }
    Learned learned =
        new Learned(0, new BitSet(), graph, begins.build(), false, question.model(), candidates);
    int forbidden = 0;
    Random random = new Random(candidates.size());
    for (int i = 0; i < 150; i++) {
      BitSet set = new BitSet();
      double part = 3.0 * random.nextDouble() / candidates.size();
      for (int number = 0; number < candidates.size(); number++) {
        set.set(number, random.nextDouble() < part);
      }
      ImmutableList<Edit> edits = question.patch().edits();
      for (int number : set.stream().toArray()) {
        edits = candidates.get(number).change().in(edits);
      }
      boolean isLeft = check(question, patch(question, edits)).along(graph).isPresent();
      assertEquals(isLeft, learned.isLeftBy(set), edits::toString);
      forbidden += isLeft ? 0 : 1;
    }
    return forbidden;
  }

  // Planted faults.

  @Test
  void aSolverThatAddsWhatIsNotNeeded_isFound() {
    assertFaultIsFound(
        costs ->
            new HittingSet(costs) {
              @Override
              Optional<BitSet> cheapest(int most) {
                Optional<BitSet> set = super.cheapest(most);
                set.ifPresent(numbers -> numbers.set(numbers.nextClearBit(0)));
                return set;
              }
            });
  }

  @Test
  void aSolverThatForgetsAClause_isFound() {
    assertFaultIsFound(
        costs ->
            new HittingSet(costs) {
              @Override
              Optional<BitSet> cheapest(int most) {
                Optional<BitSet> set = super.cheapest(most);
                set.ifPresent(numbers -> numbers.clear(numbers.length() - 1));
                return set;
              }
            });
  }

  private static void assertFaultIsFound(Function<int[], HittingSet> solver) {
    Question question = TinyScenario.question(TinyScenario.MP, MemoryModels.LKMM, ALL);
    assertThrows(
        RuntimeException.class,
        () -> Synthesizer.answer(question, Bounds.NONE, 1, () -> false, solver));
  }

  // Patches.

  @Test
  void theSeedWithoutWmb_needsAWmbAndAnRmbInTheReader() throws InterruptedException {
    Question question =
        of(
            patch("seed-without-wmb"),
            MemoryModels.LKMM,
            ImmutableSet.of(Kind.WMB, Kind.SMP_RMB),
            "pageslab-at-free");
    assertEquals(
        "[InsertAfter[label=F8, fence=WMB], InsertBefore[label=T3, fence=SMP_RMB]]",
        edits(answer(question)));
    Synthesis cheaper = answer(of(question.patch(), MemoryModels.LKMM, ALL, "pageslab-at-free"));
    assertEquals(
        "[InsertAfter[label=F8, fence=SMP_WMB], InsertBefore[label=T3, fence=SMP_RMB]]",
        edits(cheaper));
  }

  @Test
  void theSeedWithoutItsClearing_needsItBack() throws InterruptedException {
    Synthesis synthesis =
        answer(of(patch("seed-without-clear"), MemoryModels.TSO, ALL, "pageslab-at-free"));
    assertEquals("[DropHunk[label=F8]]", edits(synthesis));
    assertTrue(synthesis.sets().get(0).edits().get(0).undone());
    assertEquals(ImmutableList.of(), synthesis.sets().get(0).patch().edits());
  }

  @Test
  void theSeedAtAFault_isHelpedByNoFence() throws InterruptedException {
    Synthesis synthesis = answer(of(patch("seed"), MemoryModels.SC, ALL, "pageslab-at-fault"));
    assertEquals(Synthesis.Ending.NONE, synthesis.ending());
    assertTrue(synthesis.defeat().orElseThrow().witness().cycle().isEmpty());
  }

  @Test
  void v519AgainstKsm_needsTheTwoBarriersOfTheFlag() throws InterruptedException {
    Synthesis synthesis =
        answer(of(patch("S2"), MemoryModels.LKMM, ALL, "gup-fast-vs-ksm-same-pte"));
    assertEquals(6, synthesis.sets().get(0).cost());
    assertEquals(
        ImmutableSet.of("smp_wmb", "smp_rmb"),
        synthesis.sets().get(0).edits().stream()
            .map(Synthesis.Chosen::kind)
            .collect(ImmutableSet.toImmutableSet()));
  }

  /** Swap-out of v6.1 defers its flush, so that all four are needed; that of v5.19 does not. */
  @Test
  @Tag("nightly")
  void v61WithoutItsBarriers_needsFour() throws InterruptedException {
    Patch without =
        new Patch(
            "S3-without-088b8aa537c2",
            "v6.1 without the barriers of 088b8aa537c2",
            KernelState.S3,
            Stream.of("E1", "E4", "G12", "G17")
                .map(Edit.DropHunk::new)
                .collect(ImmutableList.toImmutableList()));
    Synthesis synthesis =
        answer(
            of(
                without,
                MemoryModels.LKMM,
                ALL,
                "gup-fast-vs-swap-out",
                "gup-fast-vs-swap-out-read-only",
                "gup-fast-vs-ksm-same-pte",
                "gup-fast-vs-ksm-merge"));
    assertEquals(4, synthesis.sets().get(0).edits().size());
    Set<String> kinds = new HashSet<>();
    synthesis.sets().get(0).edits().forEach(chosen -> kinds.add(chosen.kind()));
    assertEquals(ImmutableSet.of("smp_mb", "smp_mb__after_atomic", "smp_wmb", "smp_rmb"), kinds);
  }

  private static Synthesis answer(Question question) throws InterruptedException {
    return Synthesizer.answer(question, Bounds.NONE, 1, () -> false);
  }

  private static String edits(Synthesis synthesis) {
    return synthesis.sets().get(0).edits().stream()
        .map(chosen -> chosen.edit().toString())
        .sorted()
        .toList()
        .toString();
  }

  private static Question of(
      Patch patch, MemoryModel model, ImmutableSet<Kind> kinds, String... scenarios) {
    return new Question(
        patch,
        model == MemoryModels.TSO ? Platform.X86 : Platform.GENERIC,
        model,
        Accesses.MARKED,
        Arrays.stream(scenarios)
            .map(SynthesizerTest::scenario)
            .collect(ImmutableList.toImmutableList()),
        kinds,
        Costs.DEFAULT,
        6,
        Integer.MAX_VALUE,
        1);
  }

  private static Question with(Question question, Accesses accesses, int maxEdits) {
    return new Question(
        question.patch(),
        question.platform(),
        question.model(),
        accesses,
        question.scenarios(),
        question.kinds(),
        question.costs(),
        maxEdits,
        question.maxCost(),
        question.sets());
  }

  private static Question with(Question question, Costs costs) {
    return new Question(
        question.patch(),
        question.platform(),
        question.model(),
        question.accesses(),
        question.scenarios(),
        question.kinds(),
        costs,
        question.maxEdits(),
        question.maxCost(),
        question.sets());
  }

  private static Question with(Question question, Patch patch) {
    return of(patch, question.model(), question.kinds(), question.scenarios().get(0).name());
  }

  private static Patch patch(String name) {
    return Patches.all().stream()
        .filter(patch -> patch.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Scenario scenario(String name) {
    return Scenarios.all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
