package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Spinlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lock sections of n CPUs come in n! orders, and nothing else distinguishes the executions. */
final class LockOrderTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 6", "4, 24", "5, 120"})
  void sectionsOfOneLock_comeInEveryOrder(int cpus, int orders) {
    for (MemoryModel model : MemoryModels.all()) {
      TestProgram program = TestProgram.program();
      Spinlock lock = program.memory.spinlock("lock");
      for (int i = 0; i < cpus; i++) {
        program.cpu(
            cpu -> {
              cpu.spin_lock(lock);
              cpu.spin_unlock(lock);
            });
      }
      TestProgram.Result result = program.explore(model);
      assertEquals(orders, result.executions(), model.name());
      assertEquals(0, result.exploration().blocked(), model.name());
    }
  }
}
