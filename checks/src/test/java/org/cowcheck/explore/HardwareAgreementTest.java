package org.cowcheck.explore;

import static com.google.common.collect.ImmutableSortedSet.toImmutableSortedSet;
import static java.util.Comparator.naturalOrder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.scenario.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every end that this machine shows is among the explorer's under LKMM, on the generic platform:
 * what programs return and note, and the last value of each word.
 *
 * <p>As in jcstress, each of two threads runs the programs of its CPU through a batch of settings;
 * they meet where they drift into each other.
 */
final class HardwareAgreementTest {
  private static final int BATCH = 500;
  private static final int BATCHES = 10;

  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-fork, S2-without-write-protect-seq",
    "gup-fast-vs-fork, S3-without-write-protect-seq",
    "gup-fast-vs-fork, S3",
    "gup-fast-vs-fork-read-only, S0",
    "gup-fast-vs-fork-read-only, S3",
    "gup-fast-vs-fork-first-pin, S3-without-write-protect-seq",
    "gup-fast-vs-fork-first-pin, S3",
    "gup-fast-vs-fork-first-pin, S3-with-fork-mb",
    "gup-fast-vs-ksm-same-pte, S0",
    "gup-fast-vs-ksm-same-pte, S3-without-M4",
    "gup-fast-vs-ksm-same-pte, S3",
    "gup-fast-vs-swap-out, S0",
    "gup-fast-vs-swap-out, S3-without-M2",
    "gup-fast-vs-swap-out, S3",
    "gup-fast-vs-swap-out-read-only, S0",
    "gup-fast-vs-swap-out-read-only, S3",
  })
  void whatHardwareShowsIsAmongTheExplorersEnds(String scenario, String patch)
      throws InterruptedException {
    ImmutableSortedSet<String> explored = explored(scenario, patch);
    TreeSet<String> seen = new TreeSet<>(oneAfterTheOther(scenario, patch));
    for (int i = 0; i < BATCHES; i++) {
      seen.addAll(atOnce(scenario, patch));
    }
    assertEquals(ImmutableSortedSet.of(), Sets.difference(seen, explored));
  }

  @Test
  void endsOfAnotherKernelAreNotAmongThem() {
    assertFalse(
        explored("gup-fast-vs-fork-read-only", "S3")
            .containsAll(oneAfterTheOther("gup-fast-vs-fork-read-only", "S0")));
  }

  private static ImmutableSortedSet<String> explored(String scenario, String patch) {
    Setting setting = setting(scenario, patch);
    TreeSet<String> ends = new TreeSet<>();
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            MemoryModels.LKMM,
            Bounds.NONE,
            execution -> {
              ends.add(
                  end(
                      setting,
                      List.of(execution.returned(0), execution.returned(1)),
                      List.of(execution.notes(0), execution.notes(1)),
                      execution::value));
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    return ImmutableSortedSet.copyOf(ends);
  }

  /** The two ends without a race. */
  private static ImmutableSortedSet<String> oneAfterTheOther(String scenario, String patch) {
    HardwareRun first = new HardwareRun(setting(scenario, patch));
    first.run(0);
    first.run(1);
    HardwareRun second = new HardwareRun(setting(scenario, patch));
    second.run(1);
    second.run(0);
    return ImmutableSortedSet.of(first.end(), second.end());
  }

  private static ImmutableSortedSet<String> atOnce(String scenario, String patch)
      throws InterruptedException {
    List<HardwareRun> runs = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      runs.add(new HardwareRun(setting(scenario, patch)));
    }
    CyclicBarrier start = new CyclicBarrier(2);
    List<Thread> threads = new ArrayList<>();
    for (int cpu = 0; cpu < 2; cpu++) {
      int own = cpu;
      threads.add(
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
                runs.forEach(run -> run.run(own));
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    return runs.stream().map(HardwareRun::end).collect(toImmutableSortedSet(naturalOrder()));
  }

  /** One run of a setting by two threads; each touches its own CPU alone. */
  private static final class HardwareRun {
    private final Setting setting;
    private final ImmutableList<HardwareCpu> cpus =
        ImmutableList.of(new HardwareCpu(), new HardwareCpu());
    private final Long[] returned = new Long[2];

    HardwareRun(Setting setting) {
      this.setting = setting;
    }

    void run(int cpu) {
      returned[cpu] = setting.programs().get(cpu).body().applyAsLong(cpus.get(cpu));
    }

    String end() {
      return HardwareAgreementTest.end(
          setting,
          List.of(returned),
          List.of(cpus.get(0).notes(), cpus.get(1).notes()),
          HardwareCpu::finalValue);
    }
  }

  private static String end(
      Setting setting,
      List<Long> returned,
      List<ImmutableList<Note>> notes,
      ToLongFunction<Word> values) {
    StringBuilder end = new StringBuilder();
    for (int cpu = 0; cpu < 2; cpu++) {
      end.append("CPU").append(cpu).append(" returned ").append(returned.get(cpu)).append(' ');
      notes.get(cpu).forEach(note -> end.append(note.name()).append(note.value()).append(' '));
    }
    for (Word word : setting.memory().words()) {
      end.append(word).append('=').append(word.show(values.applyAsLong(word))).append(' ');
    }
    return end.toString();
  }

  private static Setting setting(String scenario, String patch) {
    return Scenarios.all().stream()
        .filter(candidate -> candidate.name().equals(scenario))
        .findFirst()
        .orElseThrow()
        .build(
            new Kernel(
                Patches.all().stream()
                    .filter(candidate -> candidate.name().equals(patch))
                    .findFirst()
                    .orElseThrow(),
                Platform.GENERIC,
                Accesses.MARKED));
  }
}
