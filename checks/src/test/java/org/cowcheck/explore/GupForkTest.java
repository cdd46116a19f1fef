package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.bench.GupFork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The common benchmark shape: rounds of GUP-fast against a fork-like sharer under a lock, a page
 * free, and a reader. herd7 confirms 171 and 342; GenMC 0.9 under full LKMM gives all of them.
 */
final class GupForkTest {

  @ParameterizedTest
  @CsvSource({"1, 1, 171", "1, 2, 342", "2, 1, 720", "3, 3, 6400", "4, 8, 61200"})
  void everyExecutionIsExploredOnce(int gups, int reads, long expected) {
    TestProgram.Result result = TestProgram.of(new GupFork(gups, reads).inJava()).explore(LKMM);
    assertEquals(expected, result.executions());
    assertEquals(0, result.exploration().blocked());
  }
}
