package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.hash.HashCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Word;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every end that this machine shows is among the explorer's under LKMM, on the generic platform:
 * what programs return and note, and the last value of each word.
 *
 * <p>The programs of every scenario run one after the other, in each order. For some they also run
 * at once: as in jcstress, each thread runs the programs of its CPU through a batch of settings;
 * they meet where they drift into each other.
 */
final class HardwareAgreementTest {
  private static final int BATCH = 500;
  private static final int BATCHES = 10;
  private static final long MOST_EXECUTIONS = 20_000;

  static Stream<Scenario> scenarios() {
    return Scenarios.all().stream();
  }

  private static Stream<Cell> cells(Scenario scenario) {
    return CatalogueCells.marked().stream()
        .filter(cell -> cell.scenario().equals(scenario) && cell.model().equals("lkmm"));
  }

  private static Cell cell(String scenario, String patch) {
    return CatalogueCells.marked().stream()
        .filter(
            cell ->
                cell.scenario().name().equals(scenario)
                    && cell.patch().name().equals(patch)
                    && cell.model().equals("lkmm"))
        .findFirst()
        .orElseThrow();
  }

  /** The ends of a cell that the walk saw whole; else none. */
  private static ImmutableSet<HashCode> explored(Cell cell) {
    Seen seen = CatalogueWalk.get().seen(cell).orElseThrow();
    return seen.isComplete() ? seen.ends() : ImmutableSet.of();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void oneAfterTheOther_endsAsTheExplorerSays(Scenario scenario) {
    cells(scenario).forEach(HardwareAgreementTest::assertSequentialEndsAreExplored);
  }

  private static void assertSequentialEndsAreExplored(Cell cell) {
    ImmutableSet<HashCode> explored = explored(cell);
    if (!explored.isEmpty()) {
      assertTrue(explored.containsAll(oneAfterTheOther(cell)), cell::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-fork, S2-without-write-protect-seq",
    "gup-fast-vs-fork, S3",
    "gup-fast-vs-fork-first-pin, S3-with-fork-mb",
    "gup-fast-vs-ksm-same-pte, S3-without-M4",
    "gup-fast-vs-swap-out, S0",
    "gup-fast-vs-swap-out, S3"
  })
  void atOnce_endsAsTheExplorerSays(String scenario, String patch) throws InterruptedException {
    assertEndsAtOnceAreExplored(cell(scenario, patch));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  @Tag("nightly")
  void atOnce_allScenariosEndAsTheExplorerSays(Scenario scenario) throws InterruptedException {
    for (Cell cell : cells(scenario).toList()) {
      if (runsAtOnce(cell)) {
        assertEndsAtOnceAreExplored(cell);
      }
    }
  }

  private static void assertEndsAtOnceAreExplored(Cell cell) throws InterruptedException {
    ImmutableSet<HashCode> explored = explored(cell);
    if (explored.isEmpty()) {
      return;
    }
    for (int i = 0; i < BATCHES; i++) {
      assertTrue(explored.containsAll(atOnce(cell)), cell::toString);
    }
  }

  @Test
  void endsOfAnotherKernelAreNotAmongThem() {
    assertFalse(
        explored(cell("gup-fast-vs-fork-read-only", "S3"))
            .containsAll(oneAfterTheOther(cell("gup-fast-vs-fork-read-only", "S0"))));
  }

  @Test
  void sectionsAndGracePeriodsAreNothingToOneCpuAlone() {
    Cpu cpu = new AloneCpu(new HardwareCpu());
    cpu.rcu_read_lock();
    cpu.synchronize_rcu();
    cpu.ipi_sync();
    cpu.rcu_read_unlock();
  }

  /** The ends without a race: one for each order of the CPUs. */
  private static Set<HashCode> oneAfterTheOther(Cell cell) {
    int cpus = cell.scenario().build(cell.kernel()).programs().size();
    Set<HashCode> ends = new HashSet<>();
    for (List<Integer> order :
        Collections2.permutations(IntStream.range(0, cpus).boxed().toList())) {
      HardwareRun run = new HardwareRun(cell);
      order.forEach(cpu -> run.run(cpu, AloneCpu::new));
      ends.add(run.end());
    }
    return ends;
  }

  /**
   * Whether all that a scenario executes has a counterpart outside a kernel, in each interleaving:
   * a thread that gives up in a race leaves others waiting for its locks.
   */
  private static boolean runsAtOnce(Cell cell) {
    Cell interleaved =
        new Cell(cell.scenario(), cell.patch(), cell.platform(), "sc", cell.accesses());
    AtomicBoolean waits = new AtomicBoolean();
    Outcome outcome =
        new ScenarioCheck(interleaved, MemoryModels.named("sc"))
            .explore(
                new Bounds(MOST_EXECUTIONS, Bounds.NONE.timeout(), Bounds.NONE.maxEvents()),
                1,
                Progress.NONE,
                waits::get,
                execution -> {
                  if (waitsForOthers(execution.graph())) {
                    waits.set(true);
                  }
                });
    return !waits.get() && outcome.stopped().isEmpty();
  }

  private static boolean waitsForOthers(Graph graph) {
    for (int id = 0; id < graph.size(); id++) {
      Fence fence = graph.event(id).fence();
      if (fence != null
          && fence.isSectional()
          && fence != Fence.LOCAL_IRQ_SAVE
          && fence != Fence.LOCAL_IRQ_RESTORE) {
        return true;
      }
    }
    return false;
  }

  private static Set<HashCode> atOnce(Cell cell) throws InterruptedException {
    List<HardwareRun> runs = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      runs.add(new HardwareRun(cell));
    }
    int cpus = runs.get(0).cpus.size();
    CyclicBarrier start = new CyclicBarrier(cpus);
    List<Thread> threads = new ArrayList<>();
    for (int cpu = 0; cpu < cpus; cpu++) {
      int own = cpu;
      threads.add(
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
                runs.forEach(run -> run.run(own, UnaryOperator.identity()));
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    Set<HashCode> ends = new HashSet<>();
    runs.forEach(run -> ends.add(run.end()));
    return ends;
  }

  /** One run of a setting by several threads; each touches its own CPU alone. */
  private static final class HardwareRun {
    private final Setting setting;
    private final ImmutableList<HardwareCpu> cpus;
    private final Long[] returned;

    HardwareRun(Cell cell) {
      setting = cell.scenario().build(cell.kernel());
      cpus =
          setting.programs().stream()
              .map(program -> new HardwareCpu())
              .collect(ImmutableList.toImmutableList());
      returned = new Long[cpus.size()];
    }

    void run(int cpu, UnaryOperator<Cpu> on) {
      returned[cpu] = setting.programs().get(cpu).body().applyAsLong(on.apply(cpus.get(cpu)));
    }

    HashCode end() {
      return new Ends(setting)
          .of(
              List.of(returned),
              cpus.stream().map(HardwareCpu::notes).toList(),
              HardwareCpu::finalValue);
    }
  }

  /** A CPU that runs while no other does: there is nobody to wait for. */
  private static final class AloneCpu extends ForwardingCpu {
    AloneCpu(Cpu engine) {
      super(engine);
    }

    @Override
    protected void fence(Fence fence) {
      if (!fence.beginsSection() && !fence.endsSection() && !fence.isGracePeriod()) {
        super.fence(fence);
      }
    }

    @Override
    protected long srcu(Fence fence, Word domain, long index) {
      return 0;
    }
  }
}
