package org.cowcheck.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.results.JJL_Result;

/** What a run knows at its end of the instants of a call. The CPUs run one after the other. */
final class RunTest {
  private final Memory memory = new Memory();
  private final Word word = memory.word("word", 0);
  private final Word flag = memory.word("flag", 0);

  @Test
  void initialValue_isOverwritten_ifTheCallAcquiredWhatWasReleasedAfterTheStore() {
    assertEquals("never 0", judgeWasZero(this::storeAndRelease, this::takeAndCall));
  }

  @Test
  void initialValue_isNotOverwritten_ifNothingWasAcquired() {
    assertEquals("holds", judgeWasZero(this::storeAndRelease, cpu -> 0));
  }

  @Test
  void initialValue_isNotOverwritten_ifTheAcquireIsAfterTheCall() {
    assertEquals(
        "holds",
        judgeWasZero(
            this::storeAndRelease,
            cpu -> {
              cpu.note(Note.CALL, 0);
              cpu.smp_load_acquire(flag);
              return 0;
            }));
  }

  @Test
  void initialValue_isNotOverwritten_ifTheFlagWasStoredWithoutRelease() {
    assertEquals(
        "holds",
        judgeWasZero(
            cpu -> {
              cpu.WRITE_ONCE(word, 1);
              cpu.WRITE_ONCE(flag, 1);
              return 0;
            },
            this::takeAndCall));
  }

  @Test
  void initialValue_isNotOverwritten_ifTheStoreFollowsTheRelease() {
    assertEquals(
        "holds",
        judgeWasZero(
            cpu -> {
              cpu.smp_store_release(flag, 1);
              cpu.WRITE_ONCE(word, 1);
              return 0;
            },
            this::takeAndCall));
  }

  @Test
  void aValueThatWasReleasedTwice_provesNothing() {
    assertEquals(
        "holds",
        judgeWasZero(
            cpu -> {
              cpu.smp_store_release(flag, 1);
              return storeAndRelease(cpu);
            },
            this::takeAndCall));
  }

  @Test
  void theInitialValueOfTheFlag_provesNothing() {
    assertEquals(
        "holds",
        judgeWasZero(
            cpu -> {
              cpu.WRITE_ONCE(word, 1);
              cpu.smp_store_release(flag, 0);
              return 0;
            },
            this::takeAndCall));
  }

  @Test
  void aValueStoredInBetween_countsUnlessItIsOverwrittenBeforeTheCall() {
    ToLongFunction<Cpu> storeOneThenTwo =
        cpu -> {
          cpu.atomic_add(1, word);
          cpu.xchg(word, 2);
          cpu.smp_store_release(flag, 1);
          return 0;
        };
    assertEquals("holds", judge(storeOneThenTwo, cpu -> 0, 1));
    assertEquals("never 1", judge(storeOneThenTwo, this::takeAndCall, 1));
    assertEquals("holds", judge(storeOneThenTwo, this::takeAndCall, 2));
  }

  @Test
  void ownStoresBeforeTheCall_overwrite() {
    ToLongFunction<Cpu> storeThenCall =
        cpu -> {
          cpu.WRITE_ONCE(word, 1);
          cpu.note(Note.CALL, 0);
          return 0;
        };
    assertEquals("never 0", judgeWasZero(cpu -> 0, storeThenCall));
    assertEquals("holds", judge(cpu -> 0, storeThenCall, 1));
  }

  private long storeAndRelease(Cpu cpu) {
    cpu.WRITE_ONCE(word, 1);
    cpu.smp_store_release(flag, 1);
    return 0;
  }

  private long takeAndCall(Cpu cpu) {
    cpu.smp_load_acquire(flag);
    cpu.note(Note.CALL, 0);
    return 0;
  }

  private String judgeWasZero(ToLongFunction<Cpu> first, ToLongFunction<Cpu> second) {
    return judge(first, second, 0);
  }

  /** Runs both, and says whether the word had a value at some instant of the second's call. */
  private String judge(ToLongFunction<Cpu> first, ToLongFunction<Cpu> second, long value) {
    Run run =
        new Run(
            new Setting(
                memory,
                ImmutableList.of(new Program("first", first), new Program("second", second)),
                ImmutableList.of(
                    new Invariant(
                        "never " + value, end -> end.atSomeInstant(1, word, v -> v == value)))));
    run.cpu0();
    run.cpu1();
    JJL_Result result = new JJL_Result();
    run.judge(result);
    return result.r3.toString();
  }
}
