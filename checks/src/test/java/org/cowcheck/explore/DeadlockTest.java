package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who waits for ever for a lock is found, and is a violation without anybody asking. */
final class DeadlockTest {
  private final TestProgram program = TestProgram.program();
  private final Spinlock a = program.memory.spinlock("a");
  private final Spinlock b = program.memory.spinlock("b");

  static ImmutableList<MemoryModel> models() {
    return MemoryModels.all();
  }

  private static void nested(Cpu cpu, Spinlock outer, Spinlock inner) {
    cpu.spin_lock(outer);
    cpu.spin_lock(inner);
    cpu.spin_unlock(inner);
    cpu.spin_unlock(outer);
  }

  private void assertDeadlocks(MemoryModel model, long finished, long deadlocked) {
    Exploration exploration = program.explore(model).exploration();
    assertEquals(finished, exploration.executions());
    assertEquals(deadlocked, exploration.blocked());
    Execution violation = exploration.violation().orElseThrow();
    assertTrue(violation.broken().startsWith("deadlock"), violation.broken());
  }

  private void assertNoDeadlock(MemoryModel model, long finished) {
    Exploration exploration = program.explore(model).exploration();
    assertEquals(finished, exploration.executions());
    assertEquals(0, exploration.blocked());
    assertTrue(exploration.violation().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("models")
  void locksInOppositeOrder_deadlockInOneExecution(MemoryModel model) {
    program.cpu(cpu -> nested(cpu, a, b)).cpu(cpu -> nested(cpu, b, a));
    assertDeadlocks(model, 2, 1);
  }

  @ParameterizedTest
  @MethodSource("models")
  void locksInOneOrder_doNotDeadlock(MemoryModel model) {
    program.cpu(cpu -> nested(cpu, a, b)).cpu(cpu -> nested(cpu, a, b));
    assertNoDeadlock(model, 2);
  }

  @ParameterizedTest
  @MethodSource("models")
  void locksInOppositeOrderUnderAThird_doNotDeadlock(MemoryModel model) {
    Spinlock outer = program.memory.spinlock("outer");
    program
        .cpu(
            cpu -> {
              cpu.spin_lock(outer);
              nested(cpu, a, b);
              cpu.spin_unlock(outer);
            })
        .cpu(
            cpu -> {
              cpu.spin_lock(outer);
              nested(cpu, b, a);
              cpu.spin_unlock(outer);
            });
    assertNoDeadlock(model, 2);
  }

  @ParameterizedTest
  @MethodSource("models")
  void aLockWithinItself_deadlocksAlways(MemoryModel model) {
    program.cpu(cpu -> nested(cpu, a, a));
    assertDeadlocks(model, 0, 1);
  }

  @ParameterizedTest
  @MethodSource("models")
  void aTrylockWithinItself_failsAndDoesNotWait(MemoryModel model) {
    program.cpu(
        cpu -> {
          cpu.spin_lock(a);
          cpu.note("taken", cpu.spin_trylock(a) ? 1 : 0);
          cpu.spin_unlock(a);
        });
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableList.of("0"), result.states().asList());
    assertNoDeadlock(model, 1);
  }

  /** Whoever comes second waits for ever; only the CPU that gives back may come first. */
  @ParameterizedTest
  @MethodSource("models")
  void aLockThatIsNeverReleased_deadlocksWhoComesLater(MemoryModel model) {
    program
        .cpu(cpu -> cpu.spin_lock(a))
        .cpu(
            cpu -> {
              cpu.spin_lock(a);
              cpu.spin_unlock(a);
            });
    assertDeadlocks(model, 1, 1);
  }

  /** A trylock in the opposite order backs off: taken before, between, after, or refused. */
  @ParameterizedTest
  @MethodSource("models")
  void oppositeOrderWithTrylock_doesNotDeadlock(MemoryModel model) {
    program
        .cpu(cpu -> nested(cpu, a, b))
        .cpu(
            cpu -> {
              cpu.spin_lock(b);
              boolean taken = cpu.spin_trylock(a);
              cpu.note("taken", taken ? 1 : 0);
              if (taken) {
                cpu.spin_unlock(a);
              }
              cpu.spin_unlock(b);
            });
    // b first: a taken, or refused while CPU 0 waits for b; b second: a taken, or still held.
    assertNoDeadlock(model, 4);
  }
}
