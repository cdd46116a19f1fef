package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The common benchmark shape: rounds of GUP-fast against a fork-like sharer under a lock, a page
 * free, and a reader. herd7 confirms 171 and 342; GenMC 0.9 under full LKMM gives all of them.
 */
final class GupForkTest {

  @ParameterizedTest
  @CsvSource({"1, 1, 171", "1, 2, 342", "2, 1, 720"})
  void everyExecutionIsExploredOnce(int gups, int reads, long expected) {
    TestProgram.Result result = gupFork(gups, reads).explore(LKMM);
    assertEquals(expected, result.executions());
    assertEquals(0, result.exploration().blocked());
  }

  /** The program with so many rounds of GUP-fast and so many reads. */
  static TestProgram gupFork(int gups, int reads) {
    TestProgram program = TestProgram.program();
    Word pte = program.memory.word("pte", 3);
    Word refcount = program.memory.word("refcount", 1);
    Word exclusive = program.memory.word("excl", 1);
    Word uptodate = program.memory.word("uptd", 1);
    Word mapping = program.memory.word("mapping", 1);
    Spinlock lock = program.memory.spinlock("l");
    return program
        .cpu(cpu -> gupFast(cpu, gups, pte, refcount, exclusive))
        .cpu(cpu -> share(cpu, pte, refcount, exclusive, lock))
        .cpu(cpu -> free(cpu, uptodate, mapping, refcount, lock))
        .cpu(
            cpu -> {
              for (int i = 0; i < reads; i++) {
                cpu.smp_load_acquire(mapping);
                cpu.READ_ONCE(uptodate);
              }
            });
  }

  private static void gupFast(Cpu cpu, int gups, Word pte, Word refcount, Word exclusive) {
    for (int i = 0; i < gups; i++) {
      if (cpu.READ_ONCE(pte) == 3) {
        cpu.ctrl(pte);
        cpu.atomic_add_return_acquire(1, refcount);
        boolean pinned = cpu.READ_ONCE(pte) == 3;
        cpu.ctrl(pte);
        if (pinned) {
          cpu.smp_rmb();
          pinned = cpu.READ_ONCE(exclusive) != 0;
          cpu.ctrl(exclusive);
        }
        if (!pinned) {
          cpu.atomic_sub_return_release(1, refcount);
        }
      }
    }
  }

  private static void share(Cpu cpu, Word pte, Word refcount, Word exclusive, Spinlock lock) {
    cpu.spin_lock(lock);
    if (cpu.atomic_read(refcount) <= 1) {
      cpu.ctrl(refcount);
      cpu.xchg_relaxed(exclusive, 0);
      cpu.smp_mb();
      boolean pinned = cpu.atomic_read(refcount) > 1;
      cpu.ctrl(refcount);
      if (pinned) {
        cpu.xchg_relaxed(exclusive, 1);
      } else {
        cpu.smp_store_release(pte, 1);
      }
    }
    cpu.spin_unlock(lock);
  }

  private static void free(Cpu cpu, Word uptodate, Word mapping, Word refcount, Spinlock lock) {
    cpu.spin_lock(lock);
    cpu.xchg_relaxed(uptodate, 0);
    cpu.smp_wmb();
    cpu.WRITE_ONCE(mapping, 0);
    cpu.spin_unlock(lock);
    cpu.atomic_sub_return_release(1, refcount);
  }
}
