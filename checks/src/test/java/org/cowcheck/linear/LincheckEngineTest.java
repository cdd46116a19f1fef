package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.scenario.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each check that passes has a twin with a planted bug: Lincheck can miss accesses in silence. */
final class LincheckEngineTest {
  private static final int INVOCATIONS = 200;

  /**
   * "Without wmb" passes because Lincheck explores interleavings only: a fence that is missing
   * changes nothing here. The explorer finds that lie under LKMM.
   */
  @ParameterizedTest
  @CsvSource({
    "pageslab-at-free, seed",
    "pageslab-at-free, seed-without-wmb",
    "pageslab-at-fault, S2",
    "pageslab-of-slab, seed",
    "kpageflags-with-reference, seed"
  })
  void noInterleavingBreaksAnInvariant(String scenario, String patch) {
    LincheckResult.Passed passed =
        assertInstanceOf(LincheckResult.Passed.class, check(scenario, patch));
    assertTrue(passed.exhausted() || passed.invocations() == INVOCATIONS, passed::toString);
  }

  /** The kernel's own bad-page check sees PG_slab in a page that is freed. */
  @ParameterizedTest
  @ValueSource(strings = {"pageslab-at-free", "pageslab-of-slab", "kpageflags-with-reference"})
  void seedWithoutClear_isABadPage(String scenario) {
    LincheckResult.Failed failed = failed(check(scenario, "seed-without-clear"));
    assertEquals("a VM_BUG_ON or bad-page check fired", failed.broken());
    assertTrue(failed.trace().contains("F12 page.flags"), failed::trace);
  }

  @Test
  void pageSlabAtFault_liesInSomeInterleaving() {
    LincheckResult.Failed failed = failed(check("pageslab-at-fault", "seed"));
    assertTrue(failed.broken().startsWith("PageSlab() said slab"), failed::broken);
    assertTrue(failed.trace().contains("run(1, \"PageSlab\"): 1"), failed::trace);
    assertTrue(failed.trace().contains("T4 page.flags"), failed::trace);
  }

  /** pageslab-at-free as if nothing but the lie were forbidden: the twin that needs a switch. */
  @Test
  void pageSlabAtFree_liesInSomeInterleavingWithoutClear() {
    LincheckResult.Failed failed =
        failed(
            LincheckEngine.check(
                onlyFirstInvariant(scenario("pageslab-at-free")),
                kernel("seed-without-clear"),
                INVOCATIONS));
    assertTrue(failed.broken().startsWith("PageSlab() said slab"), failed::broken);
    assertTrue(failed.trace().contains("run(1, \"PageSlab\"): 1"), failed::trace);
    assertTrue(failed.trace().contains("F11 page.mapping"), failed::trace);
    assertTrue(failed.trace().contains("T4 page.flags"), failed::trace);
  }

  @ParameterizedTest
  @CsvSource({
    "kpageflags-with-reference, seed",
    "kpageflags-at-free, S2",
    "pageslab-of-slab, seed"
  })
  void returnedValuesAreAmongTheExplorers(String scenario, String patch) {
    assertOutcomesAgree(scenario(scenario), kernel(patch), 2);
  }

  @Test
  void storeBuffering_hasTheThreeOutcomesOfInterleavings() {
    Scenario scenario =
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
        assertOutcomesAgree(scenario, kernel("S3"), 3));
  }

  @Test
  void spinlock_excludesAndIsNoHang() {
    Scenario scenario = counters(true);
    assertInstanceOf(
        LincheckResult.Passed.class, LincheckEngine.check(scenario, kernel("S3"), INVOCATIONS));
  }

  @Test
  void withoutTheLock_anIncrementIsLost() {
    LincheckResult.Failed failed =
        failed(LincheckEngine.check(counters(false), kernel("S3"), INVOCATIONS));
    assertEquals("planted", failed.broken());
  }

  @Test
  void locksInOppositeOrder_hang() {
    Scenario scenario =
        test(
            (memory, words) -> {
              Spinlock first = memory.spinlock("first");
              Spinlock second = memory.spinlock("second");
              return ImmutableList.of(nested(first, second), nested(second, first));
            },
            end -> true);
    LincheckResult.Failed failed =
        failed(LincheckEngine.check(scenario, kernel("S3"), INVOCATIONS));
    assertEquals("a CPU waits for ever", failed.broken());
    assertTrue(failed.trace().contains("second"), failed::trace);
  }

  @Test
  void aScenarioWithAnIpi_cannotRun() {
    Scenario scenario =
        test(
            (memory, words) ->
                ImmutableList.of(
                    cpu -> {
                      cpu.ipi_sync();
                      return 0;
                    },
                    cpu -> cpu.READ_ONCE(words.get(0))),
            end -> true);
    LincheckResult.CannotRun refused =
        assertInstanceOf(
            LincheckResult.CannotRun.class,
            LincheckEngine.check(scenario, kernel("S3"), INVOCATIONS));
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

  /** Two CPUs that increment a counter by a load and a store; the later one returns 2. */
  private static Scenario counters(boolean locked) {
    return test(
        (memory, words) -> {
          Spinlock lock = memory.spinlock("lock");
          ToLongFunction<Cpu> increment =
              cpu -> {
                if (locked) {
                  cpu.spin_lock(lock);
                }
                long value = cpu.READ_ONCE(words.get(0)) + 1;
                cpu.WRITE_ONCE(words.get(0), value);
                if (locked) {
                  cpu.spin_unlock(lock);
                }
                return value;
              };
          return ImmutableList.of(increment, increment);
        },
        end -> end.returned(0) + end.returned(1) == 3);
  }

  private static Scenario test(
      BiFunction<Memory, ImmutableList<Word>, ImmutableList<ToLongFunction<Cpu>>> programs,
      Predicate<End> holds) {
    return new Scenario(
        "test",
        "",
        "",
        "",
        ImmutableList.of(),
        Patches.all(),
        (kernel, memory) -> {
          ImmutableList<Word> words = ImmutableList.of(memory.word("x", 0), memory.word("y", 0));
          ImmutableList<ToLongFunction<Cpu>> bodies = programs.apply(memory, words);
          return new Setting(
              memory,
              ImmutableList.of(new Program("a", bodies.get(0)), new Program("b", bodies.get(1))),
              ImmutableList.of(new Invariant("planted", holds)));
        });
  }

  private static Scenario onlyFirstInvariant(Scenario scenario) {
    return new Scenario(
        scenario.name(),
        scenario.title(),
        scenario.story(),
        scenario.source(),
        scenario.simplifications(),
        scenario.patches(),
        (kernel, memory) -> {
          Setting setting = scenario.setting().apply(kernel, memory);
          return new Setting(
              memory, setting.programs(), ImmutableList.of(setting.invariants().get(0)));
        });
  }

  /** Lincheck's outcomes are the explorer's or fewer; there are at least so many. */
  private static Set<ImmutableList<Long>> assertOutcomesAgree(
      Scenario scenario, Kernel kernel, int atLeast) {
    Set<ImmutableList<Long>> seen = new HashSet<>();
    LincheckEngine.check(scenario, kernel, INVOCATIONS, end -> seen.add(outcome(end)));
    Set<ImmutableList<Long>> explored = new HashSet<>();
    Setting setting = scenario.build(kernel);
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              explored.add(outcome(execution));
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    assertTrue(explored.containsAll(seen), () -> seen + " but " + explored);
    assertTrue(seen.size() >= atLeast, seen::toString);
    return seen;
  }

  private static ImmutableList<Long> outcome(End end) {
    ImmutableList.Builder<Long> returned = ImmutableList.builder();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      returned.add(end.returned(cpu));
    }
    return returned.build();
  }

  private static LincheckResult check(String scenario, String patch) {
    return LincheckEngine.check(scenario(scenario), kernel(patch), INVOCATIONS);
  }

  private static LincheckResult.Failed failed(LincheckResult result) {
    return assertInstanceOf(LincheckResult.Failed.class, result);
  }

  private static Scenario scenario(String name) {
    return Iterables.find(Scenarios.all(), scenario -> scenario.name().equals(name));
  }

  private static Kernel kernel(String name) {
    Patch patch = Iterables.find(Patches.all(), candidate -> candidate.name().equals(name));
    return new Kernel(patch, Platform.GENERIC, Accesses.MARKED);
  }
}
