package org.cowcheck.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.Iterator;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs whose CPUs touch no common word have one execution, and only those are taken so. */
final class FootprintTest {

  private static ScenarioCheck check(ClientProgram program, String model) {
    Cell cell =
        new Cell(
            ClientScenario.of(program),
            Patch.of(KernelState.S3),
            Platform.GENERIC,
            model,
            Accesses.MARKED);
    return new ScenarioCheck(cell, MemoryModels.named(model));
  }

  private static boolean areIndependent(String program) {
    return Footprint.areIndependent(check(ClientProgram.parse(program), "sc").setting());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exclusive:read:pageslab", "exclusive:kpageflags:read"})
  void independent(String program) {
    assertTrue(areIndependent(program));
    Outcome outcome = Answer.onlyExecution(check(ClientProgram.parse(program), "lkmm"));
    assertEquals(1, outcome.executions());
  }

  /** The second only reads what the first writes, or takes the same lock. */
  @ParameterizedTest
  @ValueSource(
      strings = {"exclusive:write:zap", "slab:free-slab:pageslab", "exclusive:zap:mprotect-ro"})
  void dependent(String program) {
    assertFalse(areIndependent(program));
  }

  @Test
  void whatWouldBeTakenForIndependentWronglyIsFound() {
    ScenarioCheck dependent = check(ClientProgram.parse("slab:free-slab:pageslab"), "sc");
    assertThrows(IllegalStateException.class, () -> Answer.onlyExecution(dependent));
  }

  /** Exploring every execution shows the same as looking at one. */
  @ParameterizedTest
  @ValueSource(strings = {"EXCLUSIVE", "KSM"})
  void everyIndependentProgramHasOneExecution(String start) {
    assertTrue(independentOnesHaveOneExecution(Start.valueOf(start)) > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHARED", "SWAPPED", "SWAP_CACHED", "PMD_MAPPED", "HUGETLB", "DEVICE"})
  @Tag("nightly")
  void everyIndependentProgramOfLargeStartsHasOneExecution(String start) {
    assertTrue(independentOnesHaveOneExecution(Start.valueOf(start)) > 0);
  }

  private static int independentOnesHaveOneExecution(Start start) {
    Iterator<ClientProgram> programs =
        new Enumeration(
                ImmutableSet.of(start),
                Sets.immutableEnumSet(EnumSet.allOf(Operation.class)),
                Patch.of(KernelState.S3),
                ImmutableSortedSet.of(2),
                1)
            .ofSize(2);
    int found = 0;
    while (programs.hasNext()) {
      ClientProgram program = programs.next();
      ScenarioCheck check = check(program, "lkmm");
      if (!Footprint.areIndependent(check.setting())) {
        continue;
      }
      Bounds bounds = new Bounds(100, Bounds.NONE.timeout(), Bounds.NONE.maxEvents());
      Outcome all = check.explore(bounds, 1, Progress.NONE, () -> false);
      assertEquals(1, all.executions() + all.blocked(), program::toString);
      assertEquals("", all.stopped(), program::toString);
      assertEquals(Answer.onlyExecution(check).verdict(), all.verdict(), program::toString);
      found++;
    }
    return found;
  }
}
