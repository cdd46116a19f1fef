package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interleavings of few preemptions are some of all, and those of many are all. */
final class PreemptionsTest {
  private static final int PROGRAMS = 150;

  /** Interleavings of more events are too many, if none is left out. */
  private static final int EVENTS = 7;

  private static final int ALL = 1000;

  private static Set<List<Integer>> interleavings(TestProgram program, int preemptions) {
    Set<List<Integer>> forms = new HashSet<>();
    new Preemptions(
            ImmutableList.copyOf(program.memory.words()),
            program.programs(),
            MemoryModels.SC,
            execution -> {
              assertTrue(execution.isFinished());
              forms.add(Ints.asList(execution.graph().canonicalForm()));
              return false;
            })
        .explore(preemptions);
    return ImmutableSet.copyOf(forms);
  }

  private static Set<List<Integer>> executions(TestProgram program) {
    Set<List<Integer>> forms = new HashSet<>();
    program
        .explorer(
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              if (execution.isFinished()) {
                forms.add(Ints.asList(execution.graph().canonicalForm()));
              }
              return "";
            })
        .explore();
    return forms;
  }

  /** The most events that an execution has, without fences that order accesses. */
  private static long events(TestProgram program) {
    AtomicLong most = new AtomicLong();
    program
        .explorer(
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              Graph graph = execution.graph();
              most.accumulateAndGet(
                  IntStream.range(graph.words(), graph.size())
                      .mapToObj(graph::event)
                      .filter(event -> !event.isFence() || event.fence().isSectional())
                      .count(),
                  Math::max);
              return "";
            })
        .explore();
    return most.get();
  }

  /** Over the whole vocabulary: locks, trylocks, grace periods, read-modify-writes. */
  @Test
  void withoutABound_areTheExecutionsOfSequentialConsistency() {
    int compared = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      RandomProgram random = RandomProgram.of(seed);
      TestProgram program = random.program();
      Set<List<Integer>> all = executions(program);
      if (events(program) <= EVENTS) {
        assertEquals(all, interleavings(program, ALL), random::toString);
        compared += all.size() > 1 ? 1 : 0;
      }
    }
    assertTrue(compared > PROGRAMS / 8, "only " + compared + " were compared");
  }

  @Test
  void withABound_areSomeOfThem() {
    int fewer = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      RandomProgram random = RandomProgram.of(seed);
      TestProgram program = random.program();
      Set<List<Integer>> some = interleavings(program, 1);
      Set<List<Integer>> all = executions(program);
      assertTrue(all.containsAll(some), random::toString);
      fewer += some.size() < all.size() ? 1 : 0;
    }
    assertTrue(fewer > PROGRAMS / 20, "the bound left out something only " + fewer + " times");
  }

  /** Two stores of the one CPU between three loads of the other: each needs a preemption. */
  @Test
  void areCountedByTheirPreemptions() {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program
        .cpu(
            cpu -> {
              cpu.note("first", cpu.READ_ONCE(x));
              cpu.note("second", cpu.READ_ONCE(x));
              cpu.note("third", cpu.READ_ONCE(x));
            })
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              cpu.WRITE_ONCE(x, 2);
            });
    // Which of three values the loads see, in order, is one of ten. One after the other: 000, 222.
    assertEquals(2, interleavings(program, 0).size());
    // Loads preempted for good: 022, 002; stores preempted: 111.
    assertEquals(5, interleavings(program, 1).size());
    // Preempted, and preempting the preemptor: 011, 001; 112, 122.
    assertEquals(9, interleavings(program, 2).size());
    assertEquals(10, interleavings(program, 3).size());
  }

  /** To go on after a wait is no preemption; two that wait for each other for ever are left out. */
  @Test
  void leaveOutADeadlock_andPassALock() {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Spinlock a = program.memory.spinlock("a");
    Spinlock b = program.memory.spinlock("b");
    program
        .cpu(
            cpu -> {
              cpu.spin_lock(a);
              cpu.spin_lock(b);
              cpu.WRITE_ONCE(x, 1);
              cpu.spin_unlock(b);
              cpu.spin_unlock(a);
            })
        .cpu(
            cpu -> {
              cpu.spin_lock(b);
              cpu.spin_lock(a);
              cpu.WRITE_ONCE(x, 2);
              cpu.spin_unlock(a);
              cpu.spin_unlock(b);
            });
    assertEquals(2, interleavings(program, 0).size());
    assertEquals(executions(program), interleavings(program, ALL));
  }

  @ParameterizedTest
  @CsvSource({
    // program, patch, preemptions, verdict
    "exclusive:fork:pin-fast-write, S2-without-write-protect-seq, 0, UNKNOWN",
    "exclusive:fork:pin-fast-write, S2-without-write-protect-seq, 1, SOMETIMES",
    "exclusive:fork:pin-fast-write, S3, 3, UNKNOWN",
    "shared:child-get+child-zap+child-read-through:write, S0-with-mapcount-reuse, 0, UNKNOWN",
    "shared:child-get+child-zap+child-read-through:write, S0-with-mapcount-reuse, 1, SOMETIMES"
  })
  void showWhatBreaks_andSayThatTheyAreNotAll(
      String program, String patch, int preemptions, Verdict verdict) {
    Cell cell =
        new Cell(
            ClientScenario.of(ClientProgram.parse(program)),
            Patches.all().stream()
                .filter(one -> one.name().equals(patch))
                .findFirst()
                .orElseThrow(),
            Platform.GENERIC,
            "sc",
            Accesses.MARKED);
    ScenarioCheck check = new ScenarioCheck(cell, MemoryModels.SC);
    Outcome outcome = check.interleave(preemptions, () -> false);
    assertEquals(verdict, outcome.verdict());
    assertTrue(outcome.executions() > 0);
    if (verdict == Verdict.SOMETIMES) {
      String broken = outcome.witness().orElseThrow().broken();
      assertFalse(broken.isEmpty());
      assertEquals(broken, check.replay(outcome.recording().orElseThrow()).broken());
    } else {
      assertEquals("--preemptions " + preemptions, outcome.stopped());
    }
  }
}
