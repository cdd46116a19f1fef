package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/**
 * lock.cat's flag mixed-lock-accesses, and its axioms lock-nest and unmatched-locks: where cat has
 * no execution, the exploration has none that finishes, but says that a CPU waits for ever.
 */
final class LockFlagsTest {
  private final TestProgram program = TestProgram.program();
  private final Spinlock lock = program.memory.spinlock("l");
  private final Word x = program.word("x");

  private void assertExplored(long finished, long blocked, String... flags) {
    Exploration exploration = program.explore(LKMM).exploration();
    assertEquals(ImmutableSet.copyOf(flags), exploration.flags());
    assertEquals(finished, exploration.executions());
    assertEquals(blocked, exploration.blocked());
  }

  private void section(Cpu cpu) {
    cpu.spin_lock(lock);
    cpu.spin_unlock(lock);
  }

  @Test
  void readingTheWordOfALock_isAMixedAccess() {
    program.cpu(this::section).cpu(cpu -> cpu.READ_ONCE(lock.word()));
    assertEquals(
        ImmutableSet.of("mixed-lock-accesses"), program.explore(LKMM).exploration().flags());
  }

  @Test
  void askingWhetherALockIsHeld_isNoMixedAccess() {
    program.cpu(this::section).cpu(cpu -> cpu.spin_is_locked(lock));
    // Before the section, in it, after it.
    assertExplored(3, 0);
  }

  @Test
  void tryingALock_isNoMixedAccess() {
    program
        .cpu(this::section)
        .cpu(
            cpu -> {
              if (cpu.spin_trylock(lock)) {
                cpu.spin_unlock(lock);
              }
            });
    // Taken before or after the section, refused in it.
    assertExplored(3, 0);
  }

  @Test
  void readingAnotherWord_isNoMixedAccess() {
    program.cpu(this::section).cpu(cpu -> cpu.READ_ONCE(x));
    assertExplored(1, 0);
  }

  /** An ordinary word that is never locked is no lock, whatever it was meant for. */
  @Test
  void readingTheWordOfALockThatNobodyTakes_isNoMixedAccess() {
    program.cpu(cpu -> cpu.READ_ONCE(lock.word()));
    assertExplored(1, 0);
  }

  /** {@code empty ... as lock-nest}. */
  @Test
  void aLockWithinItself_hasNoExecutionThatFinishes() {
    program.cpu(
        cpu -> {
          cpu.spin_lock(lock);
          section(cpu);
          cpu.spin_unlock(lock);
        });
    assertExplored(0, 1);
  }

  /** {@code empty ... as unmatched-locks}. */
  @Test
  void twoLocksThatAreNotReleased_haveNoExecutionThatFinishes() {
    program.cpu(cpu -> cpu.spin_lock(lock)).cpu(cpu -> cpu.spin_lock(lock));
    assertExplored(0, 2);
  }

  /** One unmatched lock comes last; cat has one execution and no flag. */
  @Test
  void oneLockThatIsNotReleased_isNotFlagged() {
    program.cpu(cpu -> cpu.spin_lock(lock)).cpu(this::section);
    assertExplored(1, 1);
  }

  /** A blocked execution is none of cat's, so it raises nothing. */
  @Test
  void whatADeadlockLeavesUndone_isNotFlagged() {
    program
        .cpu(cpu -> cpu.spin_lock(lock))
        .cpu(
            cpu -> {
              cpu.rcu_read_lock();
              section(cpu);
              cpu.rcu_read_unlock();
            });
    assertExplored(1, 1);
  }

  /** cat: unmatched-unlock. The exploration stops at once, for there is nothing to go on with. */
  @Test
  void anUnlockOfALockThatIsNotHeld_isRefused() {
    program.cpu(cpu -> cpu.spin_unlock(lock));
    assertThrows(UnheldLockException.class, () -> program.explore(LKMM));
  }

  @Test
  void aSecondUnlock_isRefused() {
    program.cpu(
        cpu -> {
          section(cpu);
          cpu.spin_unlock(lock);
        });
    assertThrows(UnheldLockException.class, () -> program.explore(LKMM));
  }
}
