package org.cowcheck.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.cowcheck.consistency.MemoryModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The benchmarks have as many executions as they should: n!, 2^n, and what GenMC finds of fib_bench
 * under RC11 (34,205 for 4) and of lastzero.
 */
final class WorkloadsTest {

  @ParameterizedTest
  @CsvSource({
    "ainc:6, 720, 720",
    "readers:10, 1024, 1024",
    "writers:6, 720, 720",
    "fib:4, 19605, 34205",
    "lastzero:10, 3328, 3328",
    "mutex:5, 120, 120",
    "gupfork:1:1, 156, 171",
    "gupfork:2:1, 609, 720",
    "gupfork-litmus:2:1, 609, 744"
  })
  void eachHasItsExecutions(String name, long sc, long lkmm) {
    Workload workload = Workloads.named(name).orElseThrow();
    assertEquals(sc, workload.run(MemoryModels.SC, 1));
    assertEquals(sc, workload.run(MemoryModels.SC, 2));
    assertEquals(lkmm, workload.run(MemoryModels.LKMM, 1));
    assertEquals(lkmm, workload.run(MemoryModels.LKMM, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ainc", "ainc:", "ainc:0", "ainc:-1", "ainc:x", "ainc:1:2", "fork:1"})
  void whatIsNoNameIsNone(String name) {
    assertEquals(Optional.empty(), Workloads.named(name));
  }

  @Test
  void everyFormNamesAProgram() {
    assertTrue(
        Workloads.forms().stream()
            .allMatch(form -> Workloads.named(form.replaceAll("[A-Z]", "1")).isPresent()));
  }
}
