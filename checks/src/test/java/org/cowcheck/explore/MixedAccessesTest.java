package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * LKMM's flag mixed-accesses: a plain write and a marked access of one CPU to one word that the
 * compiler may see as one region. herd7 raises it for the same programs.
 */
final class MixedAccessesTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");
  private final Spinlock lock = program.memory.spinlock("l");

  /** What stands between a plain write and a marked one. */
  enum Between {
    NOTHING(false),
    BARRIER(true),
    SMP_MB(true),
    SMP_RMB(true),
    SMP_WMB(true),
    BEFORE_ATOMIC(true),
    AFTER_ATOMIC(true),
    AFTER_SPINLOCK(false),
    AFTER_UNLOCK_LOCK(false),
    RCU_SECTION(true),
    SRCU_SECTION(true),
    IRQS_OFF(true),
    SYNCHRONIZE_RCU(true),
    SYNCHRONIZE_SRCU(true),
    IPI_SYNC(true),
    RELEASE_ELSEWHERE(true),
    ACQUIRE_ELSEWHERE(true),
    ONCE_ELSEWHERE(false),
    XCHG_ELSEWHERE(true),
    XCHG_RELAXED_ELSEWHERE(false),
    CMPXCHG_ELSEWHERE_FAILS(false),
    ATOMIC_ADD_ELSEWHERE(false),
    LOCK(true);

    final boolean restrains;

    Between(boolean restrains) {
      this.restrains = restrains;
    }

    void run(Cpu cpu, Word other, Spinlock lock) {
      switch (this) {
        case NOTHING -> {}
        case BARRIER -> cpu.barrier();
        case SMP_MB -> cpu.smp_mb();
        case SMP_RMB -> cpu.smp_rmb();
        case SMP_WMB -> cpu.smp_wmb();
        case BEFORE_ATOMIC -> cpu.smp_mb__before_atomic();
        case AFTER_ATOMIC -> cpu.smp_mb__after_atomic();
        case AFTER_SPINLOCK -> cpu.smp_mb__after_spinlock();
        case AFTER_UNLOCK_LOCK -> cpu.smp_mb__after_unlock_lock();
        case RCU_SECTION -> {
          cpu.rcu_read_lock();
          cpu.rcu_read_unlock();
        }
        case SRCU_SECTION -> cpu.srcu_read_unlock(other, cpu.srcu_read_lock(other));
        case IRQS_OFF -> {
          cpu.local_irq_save();
          cpu.local_irq_restore();
        }
        case SYNCHRONIZE_RCU -> cpu.synchronize_rcu();
        case SYNCHRONIZE_SRCU -> cpu.synchronize_srcu(other);
        case IPI_SYNC -> cpu.ipi_sync();
        case RELEASE_ELSEWHERE -> cpu.smp_store_release(other, 1);
        case ACQUIRE_ELSEWHERE -> cpu.smp_load_acquire(other);
        case ONCE_ELSEWHERE -> cpu.WRITE_ONCE(other, 1);
        case XCHG_ELSEWHERE -> cpu.xchg(other, 1);
        case XCHG_RELAXED_ELSEWHERE -> cpu.xchg_relaxed(other, 1);
        case CMPXCHG_ELSEWHERE_FAILS -> cpu.cmpxchg(other, 5, 1);
        case ATOMIC_ADD_ELSEWHERE -> cpu.atomic_add(1, other);
        case LOCK -> {
          cpu.spin_lock(lock);
          cpu.spin_unlock(lock);
        }
      }
    }
  }

  private void assertMixed(boolean mixed, TestProgram.Body body) {
    Exploration exploration = program.cpu(body).explore(LKMM).exploration();
    assertEquals(
        mixed ? ImmutableSet.of("mixed-accesses") : ImmutableSet.of(), exploration.flags());
    assertEquals(1, exploration.executions());
  }

  @ParameterizedTest
  @EnumSource(Between.class)
  void plainThenMarkedWrite(Between between) {
    assertMixed(
        !between.restrains,
        cpu -> {
          cpu.write_plain(x, 1);
          between.run(cpu, y, lock);
          cpu.WRITE_ONCE(x, 2);
        });
  }

  @ParameterizedTest
  @EnumSource(Between.class)
  void markedReadThenPlainWrite(Between between) {
    assertMixed(
        !between.restrains,
        cpu -> {
          cpu.READ_ONCE(x);
          between.run(cpu, y, lock);
          cpu.write_plain(x, 1);
        });
  }

  /** A marked access beside a plain write. Its order restrains one side only. */
  enum Marked {
    READ_ONCE(true, true),
    WRITE_ONCE(true, true),
    RELEASE(false, true),
    ACQUIRE(true, false),
    XCHG(false, false),
    XCHG_RELAXED(true, true),
    XCHG_RELEASE(true, true),
    XCHG_ACQUIRE(true, true);

    final boolean mixesAfter;
    final boolean mixesBefore;

    Marked(boolean mixesAfter, boolean mixesBefore) {
      this.mixesAfter = mixesAfter;
      this.mixesBefore = mixesBefore;
    }

    void run(Cpu cpu, Word word) {
      switch (this) {
        case READ_ONCE -> cpu.READ_ONCE(word);
        case WRITE_ONCE -> cpu.WRITE_ONCE(word, 2);
        case RELEASE -> cpu.smp_store_release(word, 2);
        case ACQUIRE -> cpu.smp_load_acquire(word);
        case XCHG -> cpu.xchg(word, 2);
        case XCHG_RELAXED -> cpu.xchg_relaxed(word, 2);
        case XCHG_RELEASE -> cpu.xchg_release(word, 2);
        case XCHG_ACQUIRE -> cpu.xchg_acquire(word, 2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Marked.class)
  void plainWriteThenMarked(Marked marked) {
    assertMixed(
        marked.mixesAfter,
        cpu -> {
          cpu.write_plain(x, 1);
          marked.run(cpu, x);
        });
  }

  @ParameterizedTest
  @EnumSource(Marked.class)
  void markedThenPlainWrite(Marked marked) {
    assertMixed(
        marked.mixesBefore,
        cpu -> {
          marked.run(cpu, x);
          cpu.write_plain(x, 1);
        });
  }

  @Test
  void plainReadAndMarkedWrite_doNotMix() {
    assertMixed(
        false,
        cpu -> {
          cpu.read_plain(x);
          cpu.WRITE_ONCE(x, 1);
        });
  }

  @Test
  void plainAndMarkedWriteOfTwoWords_doNotMix() {
    assertMixed(
        false,
        cpu -> {
          cpu.write_plain(x, 1);
          cpu.WRITE_ONCE(y, 1);
        });
  }

  @Test
  void plainWrites_doNotMix() {
    assertMixed(
        false,
        cpu -> {
          cpu.write_plain(x, 1);
          cpu.write_plain(x, 2);
        });
  }

  /** In LKMM, what is no access is marked, and an SRCU lock has a location. */
  @Test
  void plainWriteOfAnSrcuStruct_mixesWithItsLock() {
    assertMixed(
        true,
        cpu -> {
          cpu.write_plain(x, 1);
          cpu.srcu_read_unlock(x, cpu.srcu_read_lock(x));
        });
  }

  private void underLock(Cpu cpu, Consumer<Cpu> body) {
    cpu.spin_lock(lock);
    body.accept(cpu);
    cpu.spin_unlock(lock);
  }

  @Test
  void plainAndMarkedWriteInOneLockSection_mix() {
    assertMixed(
        true,
        cpu ->
            underLock(
                cpu,
                inside -> {
                  inside.write_plain(x, 1);
                  inside.WRITE_ONCE(x, 2);
                }));
  }

  @Test
  void plainWriteInALockSectionAndMarkedAfterIt_doNotMix() {
    assertMixed(
        false,
        cpu -> {
          underLock(cpu, inside -> inside.write_plain(x, 1));
          cpu.WRITE_ONCE(x, 2);
        });
  }

  /** The other CPU's access is no matter of mixing; it races. */
  @Test
  void plainAndMarkedWriteOfTwoCpus_raceAndDoNotMix() {
    program.cpu(cpu -> cpu.write_plain(x, 1)).cpu(cpu -> cpu.WRITE_ONCE(x, 2));
    assertEquals(ImmutableSet.of("data-race"), program.explore(LKMM).exploration().flags());
  }

  @Test
  void flagsOfDifferentKinds_areRaisedTogetherInOrder() {
    program
        .cpu(
            cpu -> {
              cpu.rcu_read_lock();
              cpu.WRITE_ONCE(x, 1);
              cpu.write_plain(x, 2);
            })
        .cpu(cpu -> cpu.READ_ONCE(x));
    assertEquals(
        "[data-race, mixed-accesses, unbalanced-rcu-locking]",
        program.explore(LKMM).exploration().flags().toString());
  }
}
