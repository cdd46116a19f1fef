package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.cowcheck.invariant.End;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A scenario under a patch, to be run by Lincheck in a test.
 *
 * <p>Each check that passes has a twin with a planted bug: Lincheck can miss accesses in silence.
 *
 * @param scenario as the catalogue has it, or changed
 * @param kernel without IPI, unless the test is about that
 */
record LincheckRun(Scenario scenario, Kernel kernel) {
  private static final int INVOCATIONS = 60;

  /** How many a planted bug may take; Lincheck stops at the first that shows it. */
  private static final int INVOCATIONS_TO_BREAK = 2_000;

  static LincheckRun of(String scenario, String patch) {
    return of(scenario, patch, Platform.GENERIC);
  }

  static LincheckRun of(String scenario, String patch, Platform platform) {
    return of(
        Iterables.find(Scenarios.all(), candidate -> candidate.name().equals(scenario)),
        patch,
        platform);
  }

  static LincheckRun of(Scenario scenario, String patch) {
    return of(scenario, patch, Platform.GENERIC);
  }

  private static LincheckRun of(Scenario scenario, String name, Platform platform) {
    Patch patch = Iterables.find(Patches.all(), candidate -> candidate.name().equals(name));
    return new LincheckRun(scenario, new Kernel(patch, platform, Accesses.MARKED));
  }

  /** The scenario as if nothing but its first invariant were to hold. */
  LincheckRun onlyFirstInvariant() {
    return changed(
        setting ->
            new Setting(
                setting.memory(),
                setting.programs(),
                ImmutableList.of(setting.invariants().get(0))));
  }

  /** The scenario with its programs on other CPUs than the engine's. */
  LincheckRun on(UnaryOperator<Cpu> cpus) {
    return changed(
        setting ->
            new Setting(
                setting.memory(),
                setting.programs().stream()
                    .map(
                        program ->
                            new Program(
                                program.name(), cpu -> program.body().applyAsLong(cpus.apply(cpu))))
                    .collect(ImmutableList.toImmutableList()),
                setting.invariants()));
  }

  private LincheckRun changed(UnaryOperator<Setting> change) {
    return new LincheckRun(
        new Scenario(
            scenario.name(),
            scenario.title(),
            scenario.story(),
            scenario.source(),
            scenario.simplifications(),
            scenario.patches(),
            (built, memory) -> change.apply(scenario.setting().apply(built, memory))),
        kernel);
  }

  LincheckResult check() {
    return LincheckEngine.check(scenario, kernel, INVOCATIONS, LincheckProgress.NONE);
  }

  private LincheckResult check(Consumer<End> visitor) {
    return LincheckEngine.check(scenario, kernel, INVOCATIONS, visitor);
  }

  void assertPasses() {
    LincheckResult.Passed passed = assertInstanceOf(LincheckResult.Passed.class, check());
    assertTrue(passed.exhausted() || passed.invocations() == INVOCATIONS, passed::toString);
  }

  /** Fails with what an invariant says, after steps that are in the trace. */
  void assertBreaks(String broken, String... steps) {
    LincheckResult.Failed failed =
        assertInstanceOf(
            LincheckResult.Failed.class,
            LincheckEngine.check(scenario, kernel, INVOCATIONS_TO_BREAK, LincheckProgress.NONE));
    assertEquals(broken, failed.broken());
    for (String step : steps) {
      assertTrue(failed.trace().contains(step), () -> step + " in " + failed.trace());
    }
  }

  /** Lincheck's returned values are the explorer's or fewer; there are at least so many. */
  Set<ImmutableList<Long>> assertOutcomesAreExplored(int atLeast) {
    Set<ImmutableList<Long>> seen = new HashSet<>();
    assertInstanceOf(LincheckResult.Passed.class, check(end -> seen.add(outcome(end))));
    Set<ImmutableList<Long>> explored = explored();
    assertTrue(explored.containsAll(seen), () -> seen + " but " + explored);
    assertTrue(seen.size() >= atLeast, seen::toString);
    return seen;
  }

  private Set<ImmutableList<Long>> explored() {
    Set<ImmutableList<Long>> explored = new HashSet<>();
    Setting setting = scenario.build(kernel);
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              explored.add(outcome(execution));
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    return explored;
  }

  private static ImmutableList<Long> outcome(End end) {
    ImmutableList.Builder<Long> returned = ImmutableList.builder();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      returned.add(end.returned(cpu));
    }
    return returned.build();
  }
}
