package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/**
 * What smp_mb__before_atomic and smp_mb__after_atomic augment in LKMM: the accesses of atomics,
 * {@code [RMW]} in {@code mb}. Those of locks are LKR and LKW in lock.cat, and no RMW.
 *
 * <p>Each test is store buffering with what it names between the accesses of one CPU, and smp_mb on
 * the other.
 */
final class AtomicFenceTest {
  /** What lies between a CPU's store and its load. */
  private interface Between {
    void run(Cpu cpu, Word other, Spinlock lock);
  }

  private static boolean isStoreBufferingAllowed(Between between) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Word y = program.word("y");
    Word z = program.word("z");
    Spinlock lock = program.memory.spinlock("lock");
    program.cpu(
        cpu -> {
          cpu.WRITE_ONCE(x, 1);
          between.run(cpu, z, lock);
          cpu.note("y", cpu.READ_ONCE(y));
        });
    program.cpu(
        cpu -> {
          cpu.WRITE_ONCE(y, 1);
          cpu.smp_mb();
          cpu.note("x", cpu.READ_ONCE(x));
        });
    return program.explore(MemoryModels.LKMM).states().contains("0 0");
  }

  @Test
  void fenceBeforeASpinLock_ordersNothing() {
    assertEquals(
        true,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.smp_mb__before_atomic();
              cpu.spin_lock(lock);
              cpu.spin_unlock(lock);
            }));
  }

  @Test
  void fenceAfterASpinLock_ordersNothing() {
    assertEquals(
        true,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.spin_lock(lock);
              cpu.smp_mb__after_atomic();
              cpu.spin_unlock(lock);
            }));
  }

  @Test
  void spinlockFenceAfterASpinLock_isFull() {
    assertEquals(
        false,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.spin_lock(lock);
              cpu.smp_mb__after_spinlock();
              cpu.spin_unlock(lock);
            }));
  }

  @Test
  void fenceBeforeOrAfterAnAtomic_isFull() {
    assertEquals(
        false,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.smp_mb__before_atomic();
              cpu.xchg_relaxed(z, 1);
            }));
    assertEquals(
        false,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.atomic_inc(z);
              cpu.smp_mb__after_atomic();
            }));
  }

  @Test
  void fenceBeforeOrAfterAFailedAtomic_isFull() {
    assertEquals(
        false,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.smp_mb__before_atomic();
              cpu.cmpxchg_relaxed(z, 5, 6);
            }));
    assertEquals(
        false,
        isStoreBufferingAllowed(
            (cpu, z, lock) -> {
              cpu.cmpxchg_relaxed(z, 5, 6);
              cpu.smp_mb__after_atomic();
            }));
  }

  @Test
  void failedFullAtomic_ordersNothing() {
    assertEquals(true, isStoreBufferingAllowed((cpu, z, lock) -> cpu.cmpxchg(z, 5, 6)));
    assertEquals(true, isStoreBufferingAllowed((cpu, z, lock) -> cpu.atomic_add_unless(z, 1, 0)));
    assertEquals(false, isStoreBufferingAllowed((cpu, z, lock) -> cpu.cmpxchg(z, 0, 6)));
  }
}
