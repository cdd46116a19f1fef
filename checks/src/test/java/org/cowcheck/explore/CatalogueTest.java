package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.scenario.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds of every scenario under every patch. */
final class CatalogueTest {

  private static Kernel kernel(Patch patch) {
    return new Kernel(patch, Platform.GENERIC, Accesses.MARKED);
  }

  private static Setting setting(String scenario, String patch) {
    Scenario found =
        Scenarios.all().stream().filter(s -> s.name().equals(scenario)).findFirst().orElseThrow();
    Patch of = Patches.all().stream().filter(p -> p.name().equals(patch)).findFirst().orElseThrow();
    return found.build(kernel(of));
  }

  private static Exploration explore(
      Setting setting, MemoryModel model, Consumer<Execution> visitor) {
    return new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            model,
            Bounds.NONE,
            execution -> {
              visitor.accept(execution);
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
  }

  @Test
  void everyEventHasAStepAndEveryWordAName() {
    for (Scenario scenario : Scenarios.all()) {
      for (Patch patch : scenario.patches()) {
        Setting setting = scenario.build(kernel(patch));
        List<String> names = setting.memory().words().stream().map(Word::name).toList();
        assertEquals(names.size(), ImmutableSet.copyOf(names).size(), names::toString);
        Exploration exploration =
            explore(setting, MemoryModels.SC, execution -> everyEventHasAStep(execution.graph()));
        assertTrue(exploration.executions() > 0);
        assertEquals(0, exploration.blocked());
      }
    }
  }

  private static void everyEventHasAStep(Graph graph) {
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      assertFalse(event.step().label().isEmpty(), event::toString);
    }
  }

  @Test
  void statesGrowFromScToTsoToLkmm() {
    for (Scenario scenario : Scenarios.all()) {
      for (Patch patch : scenario.patches()) {
        Set<String> stronger = Set.of();
        for (MemoryModel model : MemoryModels.all()) {
          Setting setting = scenario.build(kernel(patch));
          Set<String> states = new HashSet<>();
          explore(setting, model, execution -> states.add(state(setting, execution)));
          assertFalse(states.isEmpty(), () -> scenario + " " + patch + " " + model.name());
          assertTrue(
              states.containsAll(stronger), () -> scenario + " " + patch + " " + model.name());
          stronger = states;
        }
      }
    }
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
    assertFalse(bothSucceed(scenario, patch, MemoryModels.SC));
    assertFalse(bothSucceed(scenario, patch, MemoryModels.TSO));
    assertTrue(bothSucceed(scenario, patch, MemoryModels.LKMM));
    assertFalse(bothSucceed(scenario, "S3", MemoryModels.LKMM));
  }

  private static boolean bothSucceed(String scenario, String patch, MemoryModel model) {
    Set<Boolean> both = new HashSet<>();
    explore(
        setting(scenario, patch),
        model,
        execution -> both.add(execution.returned(0) == 1 && execution.returned(1) == 1));
    return both.contains(true);
  }

  private static String state(Setting setting, Execution execution) {
    StringBuilder state = new StringBuilder();
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      state.append(execution.returned(cpu)).append(' ');
    }
    for (Word word : setting.memory().words()) {
      state.append(execution.value(word)).append(' ');
    }
    return state.toString();
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
    Set<Fence> fences = new HashSet<>();
    explore(
        setting("pageslab-at-free", patch),
        MemoryModels.SC,
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
