package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.cowcheck.bench.GupFork;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/** Random probes of the tree of branches. */
final class EstimateTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static double estimate(TestProgram program) {
    return program.explorer(MemoryModels.LKMM, Bounds.NONE, execution -> "").estimate(LONG);
  }

  @Test
  void aProgramWithoutChoicesIsKnown() {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    assertEquals(1, estimate(program.cpu(cpu -> cpu.WRITE_ONCE(x, 1))));
  }

  /** Twelve CPUs read what one writes: 4,096 executions. */
  @Test
  void theMeanOfManyProbesIsAboutTheNumberOfExecutions() {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program.cpu(cpu -> cpu.WRITE_ONCE(x, 1));
    for (int i = 0; i < 12; i++) {
      program.cpu(cpu -> cpu.READ_ONCE(x));
    }
    assertIsAbout(4096, estimate(program));
  }

  @Test
  void deepTreesWithRevisitsAreEstimatedToo() {
    assertIsAbout(6400, estimate(TestProgram.of(new GupFork(3, 3).inJava())));
  }

  private static void assertIsAbout(double executions, double estimate) {
    assertTrue(executions / 1.5 < estimate && estimate < executions * 1.5, () -> "" + estimate);
  }
}
