package org.cowcheck.ablation;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SeedPatches;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Setting;
import org.junit.jupiter.api.Test;

/** What hunks bring is what their paths do with them and do not without. */
final class HunkStepsTest {

  /** What the paths of a kernel do, by the labels of steps. */
  private static final class Seen {
    final Set<String> steps = new HashSet<>();
    final TreeMap<String, Fence> fences = new TreeMap<>();
    final TreeSet<String> rechecks = new TreeSet<>();

    void in(Scenario scenario, Patch patch) {
      Setting setting = scenario.build(new Kernel(patch, Platform.GENERIC, Accesses.MARKED));
      new Explorer(
              ImmutableList.copyOf(setting.memory().words()),
              setting.programs().stream()
                  .map(
                      program ->
                          (ToLongFunction<Cpu>)
                              cpu -> program.body().applyAsLong(new Recorder(cpu, this)))
                  .collect(toImmutableList()),
              MemoryModels.SC,
              Bounds.NONE,
              execution -> "",
              executions -> {},
              Watch.none())
          .explore();
    }
  }

  private static final class Recorder extends ForwardingCpu {
    private final Seen seen;
    private Step step = Step.NONE;

    Recorder(Cpu engine, Seen seen) {
      super(engine);
      this.seen = seen;
    }

    @Override
    public Cpu at(Step next) {
      step = next;
      seen.steps.add(next.label());
      super.at(next);
      return this;
    }

    @Override
    protected void fence(Fence fence) {
      // mb() is how the flush of a TLB is modelled.
      if (!fence.isSectional() && fence != Fence.MB) {
        seen.fences.put(step.label(), fence);
      }
      super.fence(fence);
    }

    @Override
    public boolean recheck(BooleanSupplier unchanged) {
      seen.rechecks.add(step.label());
      return super.recheck(unchanged);
    }
  }

  private static ImmutableList<Scenario> scenarios(Patch patch) {
    return Scenarios.all().stream()
        .filter(scenario -> scenario.patches().contains(patch))
        .collect(toImmutableList());
  }

  /** The labels of the path that a hunk is in. */
  private static ImmutableSet<String> path(String hunk) {
    Steps path =
        Paths.all().stream()
            .filter(steps -> steps.all().stream().anyMatch(step -> step.label().equals(hunk)))
            .findFirst()
            .orElseThrow();
    return path.all().stream().map(Step::label).collect(ImmutableSet.toImmutableSet());
  }

  private static void check(
      String hunk, Patch with, Patch without, ImmutableList<Scenario> scenarios) {
    Seen before = new Seen();
    Seen after = new Seen();
    scenarios.forEach(scenario -> before.in(scenario, without));
    scenarios.forEach(scenario -> after.in(scenario, with));
    Set<String> brought = new HashSet<>(path(hunk));
    brought.removeAll(before.steps);
    after.fences.keySet().retainAll(brought);
    after.rechecks.retainAll(brought);
    assertEquals(ImmutableMap.copyOf(after.fences), HunkSteps.fences(hunk), hunk);
    assertEquals(
        ImmutableSet.copyOf(after.rechecks),
        ImmutableSet.copyOf(new TreeSet<>(HunkSteps.rechecks(hunk))),
        hunk);
    if (HunkSteps.isOnlyFence(hunk)) {
      brought.retainAll(after.steps);
      assertEquals(ImmutableSet.of(hunk), brought);
    }
  }

  @Test
  void addedHunksBringWhatIsListed() {
    Set<String> checked = new HashSet<>();
    for (Patch patch : Patches.all()) {
      ImmutableList<Scenario> scenarios = scenarios(patch);
      for (Edit edit : patch.edits()) {
        boolean isWhole = patch.edits().stream().allMatch(Edit.AddHunk.class::isInstance);
        if (edit instanceof Edit.AddHunk
            && isWhole
            && !scenarios.isEmpty()
            && checked.add(edit.label())) {
          check(edit.label(), patch, Change.removing(edit).of(patch, "", ""), scenarios);
        }
      }
    }
    assertFalse(checked.isEmpty());
  }

  @Test
  void hunksOfTheSeedBringWhatIsListed() {
    Patch seed =
        Patches.states().stream()
            .filter(patch -> patch.base() == KernelState.S1)
            .findFirst()
            .orElseThrow();
    ImmutableList<Scenario> scenarios =
        Scenarios.all().stream()
            .filter(
                scenario ->
                    scenario.name().matches("(pageslab|kpageflags|memory-failure|folio).*")
                        && scenario.patches().contains(seed))
            .collect(toImmutableList());
    for (Edit edit : SeedPatches.S1_WITHOUT_SEED.edits()) {
      String hunk = edit.label();
      boolean isInOther = hunk.equals("HR4") || hunk.equals("MV56");
      if (!isInOther) {
        check(hunk, seed, Change.adding(edit).of(seed, "", ""), scenarios);
      }
    }
  }

  @Test
  void barriersOfS2WithBarriersAreNothingElse() {
    Patch patch = SeedPatches.S2_WITH_BARRIERS;
    ImmutableList<Scenario> scenarios =
        Scenarios.all().stream()
            .filter(
                scenario ->
                    scenario.name().equals("gup-fast-vs-ksm-same-pte")
                        || scenario.name().equals("gup-fast-vs-swap-out"))
            .collect(toImmutableList());
    for (Edit edit : patch.edits()) {
      check(edit.label(), patch, Change.removing(edit).of(patch, "", ""), scenarios);
    }
  }
}
