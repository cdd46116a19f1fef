package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine makes of fences, locks, sections and grace periods. */
final class LincheckEngineTest {

  @Test
  void storeBuffering_hasTheThreeOutcomesOfInterleavings() {
    LincheckRun run =
        test(
            (memory, words) ->
                ImmutableList.of(
                    cpu -> {
                      cpu.WRITE_ONCE(words.get(0), 1);
                      return cpu.READ_ONCE(words.get(1));
                    },
                    cpu -> {
                      cpu.WRITE_ONCE(words.get(1), 1);
                      return cpu.READ_ONCE(words.get(0));
                    }),
            end -> true);
    assertEquals(
        Set.of(ImmutableList.of(0L, 1L), ImmutableList.of(1L, 0L), ImmutableList.of(1L, 1L)),
        run.assertOutcomesAreExplored(3));
  }

  @Test
  void spinlock_excludesAndIsNoHang() {
    counters(Cpu::spin_lock, Cpu::spin_unlock).assertPasses();
  }

  @Test
  void withoutTheLock_anIncrementIsLost() {
    counters((cpu, lock) -> {}, (cpu, lock) -> {}).assertBreaks("planted");
  }

  /** Interrupts off on one CPU keep no other CPU away. */
  @Test
  void aSectionWithInterruptsOff_excludesNobody() {
    counters((cpu, lock) -> cpu.local_irq_save(), (cpu, lock) -> cpu.local_irq_restore())
        .assertBreaks("planted");
  }

  @Test
  void locksInOppositeOrder_hang() {
    test(
            (memory, words) -> {
              Spinlock first = memory.spinlock("first");
              Spinlock second = memory.spinlock("second");
              return ImmutableList.of(nested(first, second), nested(second, first));
            },
            end -> true)
        .assertBreaks("a CPU waits for ever", "second");
  }

  @Test
  void aScenarioWithAnIpi_cannotRun() {
    assertCannotRun(
        test(
            (memory, words) ->
                ImmutableList.of(
                    cpu -> {
                      cpu.ipi_sync();
                      return 0;
                    },
                    cpu -> cpu.READ_ONCE(words.get(0))),
            end -> true));
  }

  /** On x86 a flush waits for GUP-fast by IPI, whichever CPU comes first. */
  @ParameterizedTest
  @ValueSource(strings = {"gup-fast-vs-fork", "gup-fast-vs-ksm-same-pte", "gup-fast-vs-swap-out"})
  void aFlushOfX86_cannotRun(String scenario) {
    assertCannotRun(LincheckRun.of(scenario, "S3", Platform.X86));
  }

  private static void assertCannotRun(LincheckRun run) {
    LincheckResult.CannotRun refused =
        assertInstanceOf(LincheckResult.CannotRun.class, run.check());
    assertTrue(refused.reason().endsWith("has no counterpart outside a kernel"), refused::reason);
  }

  private static ToLongFunction<Cpu> nested(Spinlock outer, Spinlock inner) {
    return cpu -> {
      cpu.spin_lock(outer);
      cpu.spin_lock(inner);
      cpu.spin_unlock(inner);
      cpu.spin_unlock(outer);
      return 0;
    };
  }

  private interface Guard {
    void accept(Cpu cpu, Spinlock lock);
  }

  /** Two CPUs that increment a counter by a load and a store; the later one returns 2. */
  private static LincheckRun counters(Guard begin, Guard end) {
    return test(
        (memory, words) -> {
          Spinlock lock = memory.spinlock("lock");
          ToLongFunction<Cpu> increment =
              cpu -> {
                begin.accept(cpu, lock);
                long value = cpu.READ_ONCE(words.get(0)) + 1;
                cpu.WRITE_ONCE(words.get(0), value);
                end.accept(cpu, lock);
                return value;
              };
          return ImmutableList.of(increment, increment);
        },
        last -> last.returned(0) + last.returned(1) == 3);
  }

  private static LincheckRun test(
      BiFunction<Memory, ImmutableList<Word>, ImmutableList<ToLongFunction<Cpu>>> programs,
      Predicate<End> holds) {
    Scenario scenario =
        new Scenario(
            "test",
            "",
            "",
            "",
            ImmutableList.of(),
            Patches.all(),
            (kernel, memory) -> {
              ImmutableList<Word> words =
                  ImmutableList.of(memory.word("x", 0), memory.word("y", 0));
              ImmutableList<ToLongFunction<Cpu>> bodies = programs.apply(memory, words);
              return new Setting(
                  memory,
                  ImmutableList.of(
                      new Program("a", bodies.get(0)), new Program("b", bodies.get(1))),
                  ImmutableList.of(new Invariant("planted", holds)));
            });
    return LincheckRun.of(scenario, "S3");
  }
}
