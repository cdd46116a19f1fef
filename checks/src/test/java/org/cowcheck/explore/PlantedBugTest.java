package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.SC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Note;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reader that gives the wrong answer is found in every scenario that asks for one. */
final class PlantedBugTest {
  private static final long KPF_SLAB = 1L << 7;

  @ParameterizedTest
  @CsvSource({
    "pageslab-at-free, 1, said slab",
    "folio-test-slab-at-free, 1, said slab",
    "kpageflags-at-free, 128, said slab",
    "kpageflags-with-reference, 128, said slab",
    "pageslab-at-fault, 1, said slab",
    "pageslab-of-slab, 0, said no slab",
    "pageslab-after-slab-free, 1, said slab"
  })
  void aReaderThatLiesIsFound(String name, long answer, String broken) {
    Setting setting = setting(name);
    assertEquals("", firstBroken(setting, setting.programs().get(1).body()));
    String found = firstBroken(setting, lying(setting.programs().get(1).body(), answer));
    assertTrue(found.contains(broken), found);
  }

  /** Runs a reader, then answers otherwise, unless it was not asked. */
  private static ToLongFunction<Cpu> lying(ToLongFunction<Cpu> reader, long answer) {
    return cpu -> {
      long honest = reader.applyAsLong(cpu);
      boolean asked = (honest & ~(1 | KPF_SLAB)) == 0 || answer == KPF_SLAB;
      return asked ? answer : honest;
    };
  }

  private static Setting setting(String name) {
    Scenario scenario =
        Scenarios.all().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    return scenario.build(new Kernel(Patch.of(KernelState.S3), Platform.GENERIC, Accesses.MARKED));
  }

  /** What the least violating execution breaks, with another reader; or the empty string. */
  private static String firstBroken(Setting setting, ToLongFunction<Cpu> reader) {
    Program writer = setting.programs().get(0);
    return new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            ImmutableList.of(writer.body(), reader),
            SC,
            Bounds.NONE,
            execution ->
                setting.invariants().stream()
                    .filter(invariant -> !invariant.holds().test(execution))
                    .map(Invariant::broken)
                    .findFirst()
                    .orElse(""),
            executions -> {},
            Watch.none())
        .explore()
        .violation()
        .map(Execution::broken)
        .orElse("");
  }

  @ParameterizedTest
  @CsvSource({"pageslab-at-free", "pageslab-of-slab"})
  void aCheckThatFiresIsFound(String name) {
    Setting setting = setting(name);
    String found =
        firstBroken(
            setting,
            cpu -> {
              cpu.VM_BUG_ON(true);
              return setting.programs().get(1).body().applyAsLong(cpu);
            });
    assertTrue(found.contains(Note.BUG), found);
  }
}
