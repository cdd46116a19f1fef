package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.RacingPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plain accesses: LKMM reports a data race where nothing bounds them. The pairs are those that
 * herd7's data-race flag is made of.
 */
final class DataRaceTest {
  private static final long NOT_READ = 2;

  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");

  static ImmutableList<MemoryModel> hardwareModels() {
    return ImmutableList.of(MemoryModels.SC, MemoryModels.TSO);
  }

  private static final ImmutableSet<RacingPair> RACE_ON_X =
      ImmutableSet.of(new RacingPair("x", "CPU0 event 0 store", "CPU1 event 1 load"));

  /** MP with plain data and marked flag, both sides unordered. */
  private TestProgram racy() {
    return program
        .cpu(
            cpu -> {
              cpu.write_plain(x, 1);
              cpu.WRITE_ONCE(y, 1);
            })
        .cpu(
            cpu -> {
              cpu.note("y", cpu.READ_ONCE(y));
              cpu.note("x", cpu.read_plain(x));
            });
  }

  @Test
  void messagePassingOfPlainData_races() {
    TestProgram.Result result = racy().explore(LKMM);
    assertEquals(ImmutableSet.of("0 0", "0 1", "1 0", "1 1"), result.states());
    assertEquals(4, result.executions());
    assertEquals(RACE_ON_X, result.exploration().races());
  }

  /** SC and TSO know no compiler: they take plain accesses for marked ones. */
  @ParameterizedTest
  @MethodSource("hardwareModels")
  void hardwareModelsKnowNoRaces(MemoryModel model) {
    TestProgram.Result result = racy().explore(model);
    assertEquals(ImmutableSet.of("0 0", "0 1", "1 1"), result.states());
    assertEquals(ImmutableSet.of(), result.exploration().races());
  }

  /** How the reader gets from the flag to the plain data, which it reads if the flag is set. */
  enum Reader {
    ACQUIRE,
    RMB,
    MB,
    CONTROL;

    void run(Cpu cpu, Word flag, Word data) {
      long set = this == ACQUIRE ? cpu.smp_load_acquire(flag) : cpu.READ_ONCE(flag);
      cpu.ctrl(flag);
      switch (this) {
        case RMB -> cpu.smp_rmb();
        case MB -> cpu.smp_mb();
        case ACQUIRE, CONTROL -> {}
      }
      cpu.note("data", set == 0 ? NOT_READ : cpu.read_plain(data));
    }
  }

  /** A control dependency orders no reads, and no fence on the writer makes up for it. */
  @ParameterizedTest
  @CsvSource({
    "SMP_WMB, ACQUIRE, false",
    "SMP_WMB, RMB, false",
    "SMP_WMB, MB, false",
    "SMP_WMB, CONTROL, true",
    "RELEASE, ACQUIRE, false",
    "RELEASE, RMB, false",
    "RELEASE, CONTROL, true",
    "SMP_MB, ACQUIRE, false",
    "SMP_MB, CONTROL, true",
    "NOTHING, ACQUIRE, true",
    "NOTHING, MB, true",
    "BARRIER, RMB, true",
  })
  void messagePassingOfPlainData_behindTheFlag(Link writer, Reader reader, boolean races) {
    program
        .cpu(
            cpu -> {
              cpu.write_plain(x, 1);
              switch (writer) {
                case SMP_WMB -> cpu.smp_wmb();
                case SMP_MB -> cpu.smp_mb();
                case BARRIER -> cpu.barrier();
                default -> {}
              }
              if (writer == Link.RELEASE) {
                cpu.smp_store_release(y, 1);
              } else {
                cpu.WRITE_ONCE(y, 1);
              }
            })
        .cpu(cpu -> reader.run(cpu, y, x));
    TestProgram.Result result = program.explore(LKMM);
    assertEquals(
        races ? ImmutableSet.of("0", "1", "2") : ImmutableSet.of("1", "2"), result.states());
    int load = reader == Reader.RMB || reader == Reader.MB ? 2 : 1;
    ImmutableSet<RacingPair> expected =
        ImmutableSet.of(new RacingPair("x", "CPU0 event 0 store", "CPU1 event " + load + " load"));
    assertEquals(races ? expected : ImmutableSet.of(), result.exploration().races());
  }

  /** rcu_assign_pointer and rcu_dereference publish plain data. */
  @Test
  void plainDataBehindAPointer_doesNotRace() {
    Word old = program.word("old");
    program
        .cpu(
            cpu -> {
              cpu.write_plain(x, 1);
              cpu.rcu_assign_pointer(y, 1);
            })
        .cpu(
            cpu -> {
              Ref<Word> seen = cpu.rcu_dereference(y, pointer -> pointer == 1 ? x : old);
              cpu.note("new", seen.target() == x ? 1 : 0);
              cpu.note("data", cpu.read_plain(seen.at(word -> word)));
            });
    TestProgram.Result result = program.explore(LKMM);
    assertEquals(ImmutableSet.of("0 0", "1 1"), result.states());
    assertEquals(ImmutableSet.of(), result.exploration().races());
  }

  @Test
  void plainAccessesUnderOneLock_doNotRace() {
    Spinlock lock = program.memory.spinlock("l");
    for (int i = 1; i <= 2; i++) {
      long value = i;
      program.cpu(
          cpu -> {
            cpu.spin_lock(lock);
            cpu.note("x", cpu.read_plain(x));
            cpu.write_plain(x, value);
            cpu.spin_unlock(lock);
          });
    }
    TestProgram.Result result = program.explore(LKMM);
    assertEquals(ImmutableSet.of("0 1", "2 0"), result.states());
    assertEquals(2, result.executions());
    assertEquals(ImmutableSet.of(), result.exploration().races());
  }

  @Test
  void plainAccessesUnderDifferentLocks_race() {
    Spinlock first = program.memory.spinlock("l");
    Spinlock second = program.memory.spinlock("m");
    program
        .cpu(
            cpu -> {
              cpu.spin_lock(first);
              cpu.write_plain(x, 1);
              cpu.spin_unlock(first);
            })
        .cpu(
            cpu -> {
              cpu.spin_lock(second);
              cpu.note("x", cpu.read_plain(x));
              cpu.spin_unlock(second);
            });
    TestProgram.Result result = program.explore(LKMM);
    assertEquals(ImmutableSet.of("0", "1"), result.states());
    // Events 0 and 1 are the halves of the lock.
    assertEquals(
        ImmutableSet.of(new RacingPair("x", "CPU0 event 2 store", "CPU1 event 2 load")),
        result.exploration().races());
  }

  /** Which accesses to one word meet without order. */
  enum Meeting {
    PLAIN_WRITES,
    PLAIN_WRITE_MARKED_WRITE,
    PLAIN_WRITE_MARKED_READ,
    MARKED_WRITE_PLAIN_READ,
    MARKED_WRITES,
    MARKED_WRITE_MARKED_READ,
    PLAIN_READS,
    PLAIN_READ_MARKED_READ;

    void first(Cpu cpu, Word word) {
      switch (this) {
        case PLAIN_WRITES, PLAIN_WRITE_MARKED_WRITE, PLAIN_WRITE_MARKED_READ ->
            cpu.write_plain(word, 1);
        case MARKED_WRITE_PLAIN_READ, MARKED_WRITES, MARKED_WRITE_MARKED_READ ->
            cpu.WRITE_ONCE(word, 1);
        case PLAIN_READS, PLAIN_READ_MARKED_READ -> cpu.read_plain(word);
      }
    }

    void second(Cpu cpu, Word word) {
      switch (this) {
        case PLAIN_WRITES -> cpu.write_plain(word, 2);
        case PLAIN_WRITE_MARKED_WRITE, MARKED_WRITES -> cpu.WRITE_ONCE(word, 2);
        case PLAIN_WRITE_MARKED_READ, MARKED_WRITE_MARKED_READ, PLAIN_READ_MARKED_READ ->
            cpu.READ_ONCE(word);
        case MARKED_WRITE_PLAIN_READ, PLAIN_READS -> cpu.read_plain(word);
      }
    }

    boolean writes() {
      return this != PLAIN_READS && this != PLAIN_READ_MARKED_READ;
    }

    boolean races() {
      return switch (this) {
        case PLAIN_WRITES,
            PLAIN_WRITE_MARKED_WRITE,
            PLAIN_WRITE_MARKED_READ,
            MARKED_WRITE_PLAIN_READ ->
            true;
        case MARKED_WRITES, MARKED_WRITE_MARKED_READ, PLAIN_READS, PLAIN_READ_MARKED_READ -> false;
      };
    }
  }

  /** A race needs two CPUs, a write and a plain access. */
  @ParameterizedTest
  @EnumSource(Meeting.class)
  void twoAccessesRaceIfOneWritesAndOneIsPlain(Meeting meeting) {
    program.cpu(cpu -> meeting.first(cpu, x)).cpu(cpu -> meeting.second(cpu, x)).observe(x);
    Exploration exploration = program.explore(LKMM).exploration();
    assertEquals(meeting.races() ? 1 : 0, exploration.races().size());
    // Two writes come in two orders, a read sees either value; reads alone have no choice.
    assertEquals(meeting.writes() ? 2 : 1, exploration.executions());
  }
}
