package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Read-modify-writes: atomic always, and fences by their suffix and success. */
final class AtomicTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");

  static ImmutableList<MemoryModel> models() {
    return MemoryModels.all();
  }

  // Atomicity.

  @ParameterizedTest
  @MethodSource("models")
  void incrementsAreNotLost(MemoryModel model) {
    program.cpu(cpu -> cpu.atomic_inc(x)).cpu(cpu -> cpu.atomic_inc(x)).observe(x);
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("2"), result.states());
    assertEquals(2, result.executions());
  }

  @ParameterizedTest
  @MethodSource("models")
  void threeExchangesHaveSixOrders(MemoryModel model) {
    program
        .cpu(cpu -> cpu.note("old", cpu.xchg_relaxed(x, 1)))
        .cpu(cpu -> cpu.note("old", cpu.xchg_relaxed(x, 2)))
        .cpu(cpu -> cpu.note("old", cpu.xchg_relaxed(x, 3)));
    TestProgram.Result result = program.explore(model);
    assertEquals(
        ImmutableSet.of("0 1 2", "0 3 1", "2 0 1", "3 0 2", "2 3 0", "3 1 0"), result.states());
    assertEquals(6, result.executions());
  }

  @ParameterizedTest
  @MethodSource("models")
  void oneCmpxchgWins(MemoryModel model) {
    program
        .cpu(cpu -> cpu.note("old", cpu.cmpxchg_relaxed(x, 0, 1)))
        .cpu(cpu -> cpu.note("old", cpu.cmpxchg_relaxed(x, 0, 2)))
        .observe(x);
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 1 1", "2 0 2"), result.states());
    assertEquals(2, result.executions());
  }

  /** The last reference is dropped, or taken before that; never taken afterwards. */
  @ParameterizedTest
  @MethodSource("models")
  void aReferenceIsNotTakenFromZero(MemoryModel model) {
    Word count = program.memory.word("count", 1);
    program
        .cpu(cpu -> cpu.note("count", cpu.atomic_dec_return(count)))
        .cpu(cpu -> cpu.note("taken", cpu.atomic_inc_not_zero(count) ? 1 : 0))
        .observe(count);
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0 0 0", "1 1 1"), result.states());
    assertEquals(2, result.executions());
  }

  // As fences.

  /** An atomic operation on a word of its own, between two accesses. */
  enum Atomic {
    ADD,
    BEFORE_ATOMIC_ADD,
    ADD_AFTER_ATOMIC,
    BEFORE_ATOMIC_ALONE,
    AFTER_ATOMIC_ALONE,
    ADD_RETURN,
    ADD_RETURN_RELAXED,
    ADD_RETURN_ACQUIRE,
    ADD_RETURN_RELEASE,
    XCHG,
    XCHG_RELAXED,
    CMPXCHG,
    CMPXCHG_RELAXED,
    CMPXCHG_FAILS,
    BEFORE_ATOMIC_CMPXCHG_FAILS,
    CMPXCHG_FAILS_AFTER_ATOMIC,
    ADD_UNLESS,
    ADD_UNLESS_FAILS;

    void run(Cpu cpu, Word word) {
      switch (this) {
        case ADD -> cpu.atomic_add(1, word);
        case BEFORE_ATOMIC_ADD -> {
          cpu.smp_mb__before_atomic();
          cpu.atomic_add(1, word);
        }
        case ADD_AFTER_ATOMIC -> {
          cpu.atomic_add(1, word);
          cpu.smp_mb__after_atomic();
        }
        case BEFORE_ATOMIC_ALONE -> cpu.smp_mb__before_atomic();
        case AFTER_ATOMIC_ALONE -> cpu.smp_mb__after_atomic();
        case ADD_RETURN -> cpu.atomic_add_return(1, word);
        case ADD_RETURN_RELAXED -> cpu.atomic_add_return_relaxed(1, word);
        case ADD_RETURN_ACQUIRE -> cpu.atomic_add_return_acquire(1, word);
        case ADD_RETURN_RELEASE -> cpu.atomic_add_return_release(1, word);
        case XCHG -> cpu.xchg(word, 1);
        case XCHG_RELAXED -> cpu.xchg_relaxed(word, 1);
        case CMPXCHG -> cpu.cmpxchg(word, 0, 1);
        case CMPXCHG_RELAXED -> cpu.cmpxchg_relaxed(word, 0, 1);
        case CMPXCHG_FAILS -> cpu.cmpxchg(word, 1, 2);
        case BEFORE_ATOMIC_CMPXCHG_FAILS -> {
          cpu.smp_mb__before_atomic();
          cpu.cmpxchg(word, 1, 2);
        }
        case CMPXCHG_FAILS_AFTER_ATOMIC -> {
          cpu.cmpxchg(word, 1, 2);
          cpu.smp_mb__after_atomic();
        }
        case ADD_UNLESS -> cpu.atomic_add_unless(word, 1, 1);
        case ADD_UNLESS_FAILS -> cpu.atomic_add_unless(word, 1, 0);
      }
    }
  }

  /**
   * SB with an atomic operation on another word in the middle of one CPU. Under TSO whatever
   * succeeds is a full fence; under LKMM what returns a value and has no suffix, or what stands
   * beside a barrier made for it. What fails orders nothing.
   */
  @ParameterizedTest
  @CsvSource({
    // atomic, weak state under TSO, under LKMM
    "ADD, false, true",
    "BEFORE_ATOMIC_ADD, false, false",
    "ADD_AFTER_ATOMIC, false, false",
    "BEFORE_ATOMIC_ALONE, true, true",
    "AFTER_ATOMIC_ALONE, true, true",
    "ADD_RETURN, false, false",
    "ADD_RETURN_RELAXED, false, true",
    "ADD_RETURN_ACQUIRE, false, true",
    "ADD_RETURN_RELEASE, false, true",
    "XCHG, false, false",
    "XCHG_RELAXED, false, true",
    "CMPXCHG, false, false",
    "CMPXCHG_RELAXED, false, true",
    "CMPXCHG_FAILS, true, true",
    "ADD_UNLESS, false, false",
    "ADD_UNLESS_FAILS, true, true",
  })
  void storeBuffering_acrossAnAtomic(Atomic atomic, boolean weakUnderTso, boolean weakUnderLkmm) {
    assertStoreBuffering(atomic, weakUnderTso, weakUnderLkmm);
  }

  /**
   * LKMM counts the load of a failed cmpxchg to RMW (herd-representation.txt: R*), so a barrier for
   * atomics beside it orders, and herd7 forbids the weak state. TSO knows successful ones only; on
   * x86 these barriers are none, and a failed atomic_add_unless() runs no locked instruction. This
   * is the one place where TSO allows more than LKMM.
   */
  @ParameterizedTest
  @CsvSource({"BEFORE_ATOMIC_CMPXCHG_FAILS", "CMPXCHG_FAILS_AFTER_ATOMIC"})
  void barrierBesideAFailedCmpxchg_ordersUnderLkmmAlone(Atomic atomic) {
    assertStoreBuffering(atomic, true, false);
  }

  private void assertStoreBuffering(Atomic atomic, boolean weakUnderTso, boolean weakUnderLkmm) {
    Word z = program.word("z");
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              atomic.run(cpu, z);
              cpu.note("y", cpu.READ_ONCE(y));
            })
        .cpu(cpu -> Link.SMP_MB.writeRead(cpu, y, 1, x));
    Shape.ofReads(program, 2, "0 0").assertWeak(weakUnderTso, weakUnderLkmm);
  }

  /**
   * SB in which the atomic operation is itself the store of one CPU. An acquire is one of its load
   * only: a later load may pass its store.
   */
  @ParameterizedTest
  @CsvSource({
    "ADD, true",
    "ADD_AFTER_ATOMIC, false",
    "BEFORE_ATOMIC_ADD, true",
    "ADD_RETURN, false",
    "ADD_RETURN_RELAXED, true",
    "ADD_RETURN_ACQUIRE, true",
    "ADD_RETURN_RELEASE, true",
    "XCHG, false",
    "CMPXCHG, false",
    "ADD_UNLESS, false",
  })
  void storeBuffering_withAnAtomicStore(Atomic atomic, boolean weakUnderLkmm) {
    program
        .cpu(
            cpu -> {
              atomic.run(cpu, x);
              cpu.note("y", cpu.READ_ONCE(y));
            })
        .cpu(cpu -> Link.SMP_MB.writeRead(cpu, y, 1, x));
    Shape.ofReads(program, 2, "0 0").assertWeak(false, weakUnderLkmm);
  }

  /** How a CPU adds to a word and then reads another one. */
  enum AddThenRead {
    VOID_RMB,
    VOID_AFTER_ATOMIC,
    VOID_MB,
    RELAXED,
    RELAXED_RMB,
    ACQUIRE,
    RELEASE,
    FULL;

    long run(Cpu cpu, Word counter, Word data) {
      switch (this) {
        case VOID_RMB, VOID_AFTER_ATOMIC, VOID_MB -> cpu.atomic_add(2, counter);
        case RELAXED, RELAXED_RMB -> cpu.atomic_fetch_add_relaxed(2, counter);
        case ACQUIRE -> cpu.atomic_fetch_add_acquire(2, counter);
        case RELEASE -> cpu.atomic_fetch_add_release(2, counter);
        case FULL -> cpu.atomic_fetch_add(2, counter);
      }
      switch (this) {
        case VOID_RMB, RELAXED_RMB -> cpu.smp_rmb();
        case VOID_AFTER_ATOMIC -> cpu.smp_mb__after_atomic();
        case VOID_MB -> cpu.smp_mb();
        case RELAXED, ACQUIRE, RELEASE, FULL -> {}
      }
      return cpu.READ_ONCE(data);
    }
  }

  /**
   * MP in which the reader adds to the flag: 3 says that it saw the 1. The load of an atomic that
   * returns nothing is not ordered by smp_rmb (linux-kernel.bell: Noreturn).
   */
  @ParameterizedTest
  @CsvSource({
    "VOID_RMB, true",
    "VOID_AFTER_ATOMIC, false",
    "VOID_MB, false",
    "RELAXED, true",
    "RELAXED_RMB, false",
    "ACQUIRE, false",
    "RELEASE, true",
    "FULL, false",
  })
  void messagePassing_withAnAtomicReader(AddThenRead reader, boolean weakUnderLkmm) {
    program
        .cpu(cpu -> Link.RELEASE.writeWrite(cpu, x, 1, y, 1))
        .cpu(cpu -> cpu.note("x", reader.run(cpu, y, x)))
        .observe(y);
    new Shape(program, ImmutableSet.of("0 1", "1 1", "1 3"), "0 3")
        .assertWeak(false, weakUnderLkmm);
  }

  /**
   * LKMM has no release sequences: an increment between the release and the acquire hands the data
   * on only if it is a release itself.
   */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void messagePassing_throughAnIncrementOfAThirdCpu(boolean relaxed) {
    program
        .cpu(cpu -> Link.RELEASE.writeWrite(cpu, x, 1, y, 1))
        .cpu(
            cpu -> {
              if (relaxed) {
                cpu.atomic_fetch_add_relaxed(2, y);
              } else {
                cpu.atomic_fetch_add_release(2, y);
              }
            })
        .cpu(cpu -> Link.ACQUIRE.readRead(cpu, y, x));
    for (MemoryModel model : MemoryModels.all()) {
      TestProgram.Result result = program.explore(model);
      // The add is first (flag 2), or second (flag 1, then 3); the store then overwrites the add.
      ImmutableSet.Builder<String> expected = ImmutableSet.builder();
      expected.add("0 0", "0 1", "1 1", "2 0", "2 1", "3 1");
      if (model == LKMM && relaxed) {
        expected.add("3 0");
      }
      assertEquals(expected.build(), result.states(), model.name());
    }
  }
}
