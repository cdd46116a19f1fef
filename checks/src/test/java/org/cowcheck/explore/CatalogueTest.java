package org.cowcheck.explore;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds of every scenario under every patch. */
final class CatalogueTest {

  @Test
  void everyWordHasANameOfItsOwn() {
    for (Scenario scenario : Scenarios.all()) {
      for (Patch patch : scenario.patches()) {
        Setting setting = scenario.build(new Kernel(patch, Platform.GENERIC, Accesses.MARKED));
        List<String> names = setting.memory().words().stream().map(Word::name).toList();
        assertEquals(names.size(), ImmutableSet.copyOf(names).size(), names::toString);
      }
    }
  }

  @Test
  void scenariosAndPatchesHaveNamesOfTheirOwn() {
    List<String> scenarios = Scenarios.all().stream().map(Scenario::name).toList();
    assertEquals(scenarios.size(), ImmutableSet.copyOf(scenarios).size(), scenarios::toString);
    List<String> patches = Patches.all().stream().map(Patch::name).toList();
    assertEquals(patches.size(), ImmutableSet.copyOf(patches).size(), patches::toString);
  }

  /** What has more executions than the budget is looked at by night. */
  @Test
  void whatFitsTheBudgetIsAsRecorded() {
    CatalogueWalk walk = CatalogueWalk.get();
    System.out.printf(
        "The walk: %,d cells, %,d executions; more than %,d in %d cells, left to the night: %s%n",
        walk.all().size(),
        walk.all().values().stream().mapToLong(seen -> seen.outcome().executions()).sum(),
        CatalogueWalk.BUDGET,
        walk.left().size(),
        walk.left());
    assertEquals(ImmutableList.of(), differences(walk));
  }

  @Test
  @Tag("nightly")
  void whatIsLeftToTheNightIsAsRecorded() {
    CatalogueWalk night = CatalogueWalk.of(CatalogueWalk.get().left(), Long.MAX_VALUE);
    assertEquals(ImmutableList.of(), differences(night));
    night.all().forEach(CatalogueTest::assertLawsHold);
  }

  private static ImmutableList<String> differences(CatalogueWalk walk) {
    Expectations expectations = Expectations.read();
    return walk.all().entrySet().stream()
        .filter(
            cell ->
                cell.getValue().isComplete()
                    || cell.getValue().outcome().verdict() == Verdict.SOMETIMES)
        .filter(cell -> isDefault(cell.getKey()))
        .filter(cell -> !expectations.agrees(cell.getValue().outcome()))
        .map(
            cell ->
                "%s: found %s, recorded %s"
                    .formatted(
                        cell.getKey(),
                        cell.getValue().outcome().summary(),
                        expectations.summary(cell.getKey()).orElse("nothing")))
        .sorted()
        .collect(toImmutableList());
  }

  private static boolean isDefault(Cell cell) {
    return cell.platform() == Expectations.defaultPlatform(cell.model());
  }

  @Test
  void everyEventHasAStepAndNobodyWaitsForEver() {
    CatalogueWalk.get().all().forEach(CatalogueTest::assertLawsHold);
  }

  private static void assertLawsHold(Cell cell, Seen seen) {
    assertEquals(ImmutableSet.of(), seen.broken(), cell::toString);
    assertTrue(seen.outcome().executions() > 0, cell::toString);
    assertEquals(0, seen.outcome().blocked(), cell::toString);
  }

  /** Compared on one platform, generic; TSO there where the walk looks at it. */
  @ParameterizedTest
  @CsvSource({"sc, tso", "tso, lkmm", "sc, lkmm"})
  void endsGrowFromScToTsoToLkmm(String strong, String weak) {
    ImmutableMap<Cell, Seen> cells = CatalogueWalk.get().all();
    int compared = 0;
    for (Map.Entry<Cell, Seen> stronger : cells.entrySet()) {
      Cell cell = stronger.getKey();
      Seen weaker =
          cells.get(
              new Cell(cell.scenario(), cell.patch(), cell.platform(), weak, cell.accesses()));
      if (cell.model().equals(strong)
          && cell.platform() == Platform.GENERIC
          && weaker != null
          && weaker.isComplete()) {
        compared++;
        assertTrue(
            weaker.ends().containsAll(stronger.getValue().ends()),
            () -> "%s has ends that %s has not".formatted(cell, weak));
      }
    }
    assertTrue(compared >= Scenarios.all().size(), "only %d compared".formatted(compared));
  }

  /**
   * Each of the two looks for the other, so that at most one succeeds: a pin, or a page that may be
   * shared. Only LKMM lets both miss the other, and only without the barriers of 088b8aa537c2.
   */
  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-ksm-same-pte, S2",
    "gup-fast-vs-ksm-same-pte, S3-without-M3",
    "gup-fast-vs-swap-out, S2",
    "gup-fast-vs-swap-out, S3-without-M2"
  })
  void bothSucceed_underLkmmAlone(String scenario, String patch) {
    assertFalse(bothSucceed(scenario, patch, "sc"));
    assertFalse(bothSucceed(scenario, patch, "tso"));
    assertTrue(bothSucceed(scenario, patch, "lkmm"));
    assertFalse(bothSucceed(scenario, "S3", "lkmm"));
  }

  private static boolean bothSucceed(String scenario, String patch, String model) {
    return CatalogueWalk.get()
        .marked(scenario(scenario), patch, model)
        .returned()
        .contains(ImmutableList.of(1L, 1L));
  }

  private static Scenario scenario(String name) {
    return Iterables.find(Scenarios.all(), scenario -> scenario.name().equals(name));
  }

  @Test
  void theSeedsFencesAreThereExactlyWhereThePatchSaysSo() {
    assertEquals(Set.of(Fence.WMB), fences("seed"));
    assertEquals(Set.of(), fences("seed-without-wmb"));
    assertEquals(Set.of(Fence.WMB, Fence.SMP_RMB), fences("seed-with-reader-rmb"));
    assertEquals(Set.of(Fence.SMP_RMB), fences("seed-without-wmb-with-reader-rmb"));
    assertEquals(Set.of(), fences("S3"));
  }

  private static Set<Fence> fences(String patch) {
    Patch of = Iterables.find(Patches.all(), candidate -> candidate.name().equals(patch));
    Cell cell = new Cell(scenario("pageslab-at-free"), of, Platform.GENERIC, "sc", Accesses.MARKED);
    Set<Fence> fences = new HashSet<>();
    new ScenarioCheck(cell, MemoryModels.SC)
        .explore(
            Bounds.NONE,
            1,
            Progress.NONE,
            () -> false,
            execution -> {
              Graph graph = execution.graph();
              for (int id = graph.words(); id < graph.size(); id++) {
                if (graph.event(id).isFence()) {
                  fences.add(graph.event(id).fence());
                }
              }
            });
    return fences;
  }
}
