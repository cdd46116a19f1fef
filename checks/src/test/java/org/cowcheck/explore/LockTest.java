package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.cowcheck.consistency.MemoryModels.SC;
import static org.cowcheck.consistency.MemoryModels.TSO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Spinlocks: sections exclude each other, lock is an acquire and unlock a release, and neither is a
 * full fence but on x86. Programs named in capitals are those of tools/memory-model/litmus-tests.
 */
final class LockTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");
  private final Spinlock l = program.memory.spinlock("l");
  private final Spinlock m = program.memory.spinlock("m");

  /** What may follow a lock. */
  enum AfterLock {
    NOTHING,
    AFTER_SPINLOCK,
    AFTER_UNLOCK_LOCK;

    void fence(Cpu cpu) {
      switch (this) {
        case AFTER_SPINLOCK -> cpu.smp_mb__after_spinlock();
        case AFTER_UNLOCK_LOCK -> cpu.smp_mb__after_unlock_lock();
        case NOTHING -> {}
      }
    }
  }

  static ImmutableList<MemoryModel> models() {
    return MemoryModels.all();
  }

  private static void locked(Cpu cpu, Spinlock lock, Runnable section) {
    cpu.spin_lock(lock);
    section.run();
    cpu.spin_unlock(lock);
  }

  private static void note(Cpu cpu, Word word) {
    cpu.note(word.name(), cpu.READ_ONCE(word));
  }

  // Mutual exclusion.

  @ParameterizedTest
  @MethodSource("models")
  void sectionsOfOneLockDoNotInterleave(MemoryModel model) {
    program
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeWrite(cpu, x, 1, y, 1)))
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.readRead(cpu, x, y)));
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 0", "1 1"), result.states());
    assertEquals(2, result.executions());
    assertEquals(0, result.exploration().blocked());
  }

  @ParameterizedTest
  @MethodSource("models")
  void storeBufferingInSectionsOfOneLock_seesOneStoreOnly(MemoryModel model) {
    program
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeRead(cpu, x, 1, y)))
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeRead(cpu, y, 1, x)));
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 1", "1 0"), result.states());
    assertEquals(2, result.executions());
  }

  @ParameterizedTest
  @MethodSource("models")
  void sectionsOfDifferentLocksInterleave(MemoryModel model) {
    program
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeWrite(cpu, x, 1, y, 1)))
        .cpu(cpu -> locked(cpu, m, () -> Link.NOTHING.readRead(cpu, y, x)));
    Shape.ofReads(program, 2, "1 0").assertStates(model, model == LKMM);
  }

  /** Three sections come in every order, and each order once. */
  @ParameterizedTest
  @MethodSource("models")
  void threeSectionsHaveSixOrders(MemoryModel model) {
    for (int i = 1; i <= 3; i++) {
      int value = i;
      program.cpu(
          cpu ->
              locked(
                  cpu,
                  l,
                  () -> {
                    note(cpu, x);
                    cpu.WRITE_ONCE(x, value);
                  }));
    }
    TestProgram.Result result = program.explore(model);
    assertEquals(
        ImmutableSet.of("0 1 2", "0 3 1", "2 0 1", "3 0 2", "2 3 0", "3 1 0"), result.states());
    assertEquals(6, result.executions());
  }

  /** A trylock finds two sections in either order: free before, between or after, or held. */
  @ParameterizedTest
  @MethodSource("models")
  void aTrylockAndTwoSectionsHaveTenExecutions(MemoryModel model) {
    program
        .cpu(
            cpu -> {
              boolean taken = cpu.spin_trylock(l);
              cpu.note("taken", taken ? 1 : 0);
              if (taken) {
                cpu.spin_unlock(l);
              }
            })
        .cpu(cpu -> locked(cpu, l, () -> {}))
        .cpu(cpu -> locked(cpu, l, () -> {}));
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0", "1"), result.states());
    assertEquals(2 * (3 + 2), result.executions());
  }

  // Acquire and release.

  /** MP+polocks: what is before the unlock is seen by what is after the next lock. */
  @ParameterizedTest
  @MethodSource("models")
  void messagePassing_isForbiddenWithTheMessageInSections(MemoryModel model) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              locked(cpu, l, () -> cpu.WRITE_ONCE(y, 1));
            })
        .cpu(
            cpu -> {
              locked(cpu, l, () -> note(cpu, y));
              note(cpu, x);
            });
    Shape.ofReads(program, 2, "1 0").assertStates(model, false);
  }

  /** MP+porevlocks: a section after the message helps as well. */
  @ParameterizedTest
  @MethodSource("models")
  void messagePassing_isForbiddenWithTheDataInSections(MemoryModel model) {
    program
        .cpu(
            cpu -> {
              locked(cpu, l, () -> cpu.WRITE_ONCE(x, 1));
              cpu.WRITE_ONCE(y, 1);
            })
        .cpu(
            cpu -> {
              note(cpu, y);
              locked(cpu, l, () -> note(cpu, x));
            });
    Shape.ofReads(program, 2, "1 0").assertStates(model, false);
  }

  /**
   * A lock does not keep what is before it before what is in its section; an unlock does not keep
   * what is after it after its section. An unlock and a later lock, even of another word, do: LKMM
   * po-unlock-lock-po, MP+unlocklockonceonce+fencermbonceonce.
   */
  @ParameterizedTest
  @CsvSource({"BEFORE_SECTION, true", "AFTER_SECTION, true", "SECTION_TO_SECTION, false"})
  void messagePassing_withLocksOnTheWriterOnly(String writer, boolean weakUnderLkmm) {
    program
        .cpu(
            cpu -> {
              switch (writer) {
                case "BEFORE_SECTION" -> {
                  cpu.WRITE_ONCE(x, 1);
                  locked(cpu, l, () -> cpu.WRITE_ONCE(y, 1));
                }
                case "AFTER_SECTION" -> {
                  locked(cpu, l, () -> cpu.WRITE_ONCE(x, 1));
                  cpu.WRITE_ONCE(y, 1);
                }
                default -> {
                  locked(cpu, l, () -> cpu.WRITE_ONCE(x, 1));
                  locked(cpu, m, () -> cpu.WRITE_ONCE(y, 1));
                }
              }
            })
        .cpu(cpu -> Link.SMP_RMB.readRead(cpu, y, x));
    Shape.ofReads(program, 2, "1 0").assertWeak(false, weakUnderLkmm);
  }

  // Full fences made of locks.

  /** A lock is a full fence on x86, and under LKMM with smp_mb__after_spinlock only. */
  @ParameterizedTest
  @CsvSource({
    "NOTHING, NOTHING, true",
    "AFTER_SPINLOCK, NOTHING, true",
    "AFTER_SPINLOCK, AFTER_SPINLOCK, false",
    "AFTER_UNLOCK_LOCK, AFTER_UNLOCK_LOCK, true"
  })
  void storeBuffering_acrossTheBeginningOfASection(
      AfterLock first, AfterLock second, boolean weakUnderLkmm) {
    program
        .cpu(cpu -> storeThenLoadInSection(cpu, x, l, first, y))
        .cpu(cpu -> storeThenLoadInSection(cpu, y, m, second, x));
    Shape.ofReads(program, 2, "0 0").assertWeak(false, weakUnderLkmm);
  }

  private static void storeThenLoadInSection(
      Cpu cpu, Word store, Spinlock lock, AfterLock after, Word load) {
    cpu.WRITE_ONCE(store, 1);
    cpu.spin_lock(lock);
    after.fence(cpu);
    note(cpu, load);
    cpu.spin_unlock(lock);
  }

  /** An unlock is a plain store on x86: the one reordering that locks leave under TSO. */
  @Test
  void storeBuffering_acrossTheEndOfASection_isAllowedUnderTsoToo() {
    program
        .cpu(
            cpu -> {
              locked(cpu, l, () -> cpu.WRITE_ONCE(x, 1));
              note(cpu, y);
            })
        .cpu(
            cpu -> {
              locked(cpu, m, () -> cpu.WRITE_ONCE(y, 1));
              note(cpu, x);
            });
    Shape.ofReads(program, 2, "0 0").assertWeak(true, true);
  }

  /** smp_mb__after_unlock_lock makes the unlock of one lock and the lock of another a fence. */
  @ParameterizedTest
  @CsvSource({"NOTHING, true", "AFTER_SPINLOCK, false", "AFTER_UNLOCK_LOCK, false"})
  void storeBuffering_fromSectionToSection(AfterLock after, boolean weakUnderLkmm) {
    program
        .cpu(
            cpu -> {
              locked(cpu, l, () -> cpu.WRITE_ONCE(x, 1));
              cpu.spin_lock(m);
              after.fence(cpu);
              note(cpu, y);
              cpu.spin_unlock(m);
            })
        .cpu(cpu -> Link.SMP_MB.writeRead(cpu, y, 1, x));
    Shape.ofReads(program, 2, "0 0").assertWeak(false, weakUnderLkmm);
  }

  /**
   * Sections of one lock order store buffering although no lock is a full fence: the later section
   * sees what was before the earlier one. Both orders of the sections reach 1 1.
   */
  @ParameterizedTest
  @MethodSource("models")
  void storeBuffering_aroundEmptySectionsOfOneLock_isForbidden(MemoryModel model) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              locked(cpu, l, () -> {});
              note(cpu, y);
            })
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(y, 1);
              locked(cpu, l, () -> {});
              note(cpu, x);
            });
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 1", "1 0", "1 1"), result.states());
    assertEquals(4, result.executions());
  }

  /**
   * Z6.0+pooncelock+pooncelock+pombonce and Z6.0+pooncelock+poonceLock+pombonce: a CPU that never
   * takes the lock does not see the sections in order, unless the second one has a full fence.
   */
  @ParameterizedTest
  @CsvSource({"NOTHING, true", "AFTER_SPINLOCK, false", "AFTER_UNLOCK_LOCK, false"})
  void outsiderSeesSectionsInOrder_withAFullFenceOnly(AfterLock after, boolean weakUnderLkmm) {
    Word z = program.word("z");
    program
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeWrite(cpu, x, 1, y, 1)))
        .cpu(
            cpu -> {
              cpu.spin_lock(l);
              after.fence(cpu);
              note(cpu, y);
              cpu.WRITE_ONCE(z, 1);
              cpu.spin_unlock(l);
            })
        .cpu(cpu -> Link.SMP_MB.writeRead(cpu, z, 2, x))
        .observe(z);
    ImmutableSet<String> all =
        ImmutableSet.of("0 0 1", "0 0 2", "0 1 1", "0 1 2", "1 0 1", "1 0 2", "1 1 1", "1 1 2");
    String weak = "1 0 2";
    Shape shape =
        new Shape(program, Sets.difference(all, ImmutableSet.of(weak)).immutableCopy(), weak);
    shape.assertWeak(false, weakUnderLkmm);
  }

  // spin_trylock.

  /** A trylock that fails orders nothing, not even after a full fence on the holder. */
  @Test
  void failedTrylock_ordersNothing() {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              cpu.smp_mb();
              locked(cpu, l, () -> {});
            })
        .cpu(
            cpu -> {
              boolean taken = cpu.spin_trylock(l);
              cpu.note("taken", taken ? 1 : 0);
              note(cpu, x);
              if (taken) {
                cpu.spin_unlock(l);
              }
            });
    // 1 1 is the section before and the section after; before, x may be 1 already.
    ImmutableSet<String> inOrder = ImmutableSet.of("0 1", "1 0", "1 1");
    ImmutableSet<String> all = ImmutableSet.of("0 0", "0 1", "1 0", "1 1");
    assertTryStates(SC, inOrder, 4);
    assertTryStates(TSO, inOrder, 4);
    assertTryStates(LKMM, all, 5);
  }

  private void assertTryStates(MemoryModel model, ImmutableSet<String> states, long executions) {
    TestProgram.Result result = program.explore(model);
    assertEquals(states, result.states());
    assertEquals(executions, result.executions());
    assertEquals(0, result.exploration().blocked());
  }

  /** A trylock that succeeds is an acquire: it sees all that the section before it has written. */
  @ParameterizedTest
  @MethodSource("models")
  void successfulTrylock_isALock(MemoryModel model) {
    program
        .cpu(cpu -> locked(cpu, l, () -> Link.NOTHING.writeWrite(cpu, x, 1, y, 1)))
        .cpu(
            cpu -> {
              if (cpu.spin_trylock(l)) {
                Link.NOTHING.readRead(cpu, y, x);
                cpu.spin_unlock(l);
              } else {
                cpu.note("busy", 2);
                cpu.note("busy", 2);
              }
            });
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 0", "1 1", "2 2"), result.states());
    assertEquals(3, result.executions());
  }

  /** On x86 a trylock that succeeds is a locked instruction; one that fails is a load. */
  @Test
  void storeBuffering_acrossATrylock() {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              boolean taken = cpu.spin_trylock(l);
              cpu.note("taken", taken ? 1 : 0);
              note(cpu, y);
              if (taken) {
                cpu.spin_unlock(l);
              }
            })
        .cpu(cpu -> locked(cpu, l, () -> Link.SMP_MB.writeRead(cpu, y, 1, x)));
    ImmutableSet<String> interleavings =
        ImmutableSet.of("0 0 1", "0 1 0", "0 1 1", "1 0 1", "1 1 0", "1 1 1");
    new Shape(program, interleavings, "0 0 0").assertWeak(true, true);
  }
}
