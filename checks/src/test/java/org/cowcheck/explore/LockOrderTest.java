package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Spinlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The orders in which CPUs take one lock: each is explored, and each once. */
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

  /**
   * Both take the lock: 3! orders with CPU1's section. One fails: it saw one of the two locks of
   * either order, and there are two who may fail. Both fail: both saw CPU1's lock.
   */
  @Test
  void trylocksAroundALock_areExploredOnceEach() {
    for (MemoryModel model : MemoryModels.all()) {
      TestProgram program = TestProgram.program();
      Spinlock lock = program.memory.spinlock("lock");
      TestProgram.Body tries =
          cpu -> {
            if (cpu.spin_trylock(lock)) {
              cpu.spin_unlock(lock);
            }
          };
      program.cpu(tries);
      program.cpu(
          cpu -> {
            cpu.spin_lock(lock);
            cpu.spin_unlock(lock);
          });
      program.cpu(tries);
      assertEquals(6 + 2 * 4 + 1, program.explore(model).executions(), model.name());
    }
  }
}
