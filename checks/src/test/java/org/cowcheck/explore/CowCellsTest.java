package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of every cell of the matrix of cow.c. */
final class CowCellsTest {
  private static final long NOT_RUN = 0;
  private static final long PASSED = 1;
  private static final long FAILED = 2;

  private static List<Scenario> cells() {
    return Scenarios.all().stream()
        .filter(
            scenario ->
                scenario.origin() instanceof Origin.SelftestCell cell
                    && scenario.name().equals("cow-" + cell.test() + "-" + cell.kind()))
        .toList();
  }

  private static Set<List<Long>> returned(
      Scenario cell, KernelState state, UnaryOperator<Cpu> cpus, Set<String> broken) {
    Setting setting = cell.build(new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED));
    Set<List<Long>> returned = new HashSet<>();
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream()
                .map(
                    program ->
                        (ToLongFunction<Cpu>) cpu -> program.body().applyAsLong(cpus.apply(cpu)))
                .collect(ImmutableList.toImmutableList()),
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              ImmutableList.Builder<Long> values = ImmutableList.builder();
              for (int cpu = 0; cpu < execution.cpus(); cpu++) {
                values.add(execution.returned(cpu));
              }
              returned.add(values.build());
              setting.invariants().stream()
                  .filter(invariant -> !invariant.holds().test(execution))
                  .map(Invariant::broken)
                  .forEach(broken::add);
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    return returned;
  }

  /** Nothing is refused, and in some execution all that is to be compared is compared. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void everyCellIsRunToItsEnd(KernelState state) {
    for (Scenario cell : cells()) {
      Set<List<Long>> returned = returned(cell, state, cpu -> cpu, new HashSet<>());
      assertTrue(
          returned.stream()
              .allMatch(values -> List.of(NOT_RUN, PASSED, FAILED).containsAll(values)),
          () -> cell + " " + returned);
      assertTrue(
          returned.stream().anyMatch(values -> !values.contains(NOT_RUN)),
          () -> cell + " " + returned);
    }
  }

  /** fork() that leaves the parent's entry writable. */
  @Test
  void aForkThatDoesNotWriteProtectIsFound() {
    Scenario cell =
        cells().stream()
            .filter(each -> each.name().equals("cow-basic-base"))
            .findFirst()
            .orElseThrow();
    Set<String> broken = new HashSet<>();
    returned(cell, KernelState.S2, cpu -> new WithoutUpdate(cpu, "C11"), broken);
    assertTrue(broken.contains("the child's memory has changed"), broken::toString);
    assertTrue(broken.contains("a child sees what its parent wrote after fork"), broken::toString);
  }

  /** Cells are named after test and kind. */
  @Test
  void thereAreFourteenTestsOnNineKindsOfMemory() {
    assertEquals(14 * 9, cells().size());
  }

  /** A CPU that leaves out the atomic updates of a step. */
  private static final class WithoutUpdate extends ForwardingCpu {
    private final String label;
    private boolean left;

    WithoutUpdate(Cpu cpu, String label) {
      super(cpu);
      this.label = label;
    }

    @Override
    public Cpu at(Step step) {
      left = step.label().equals(label);
      super.at(step);
      return this;
    }

    @Override
    protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
      return left ? load(place, Order.ONCE) : super.update(place, op, a, b, order);
    }
  }
}
