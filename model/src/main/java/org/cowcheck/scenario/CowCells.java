package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.stream.Stream;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** The matrix of tools/testing/selftests/mm/cow.c: each of its tests on each kind of memory. */
final class CowCells {
  private static final String SOURCE = "tools/testing/selftests/mm/cow.c";

  private CowCells() {}

  /** All cells, test by test. */
  static ImmutableList<Scenario> all() {
    return CowTest.all().stream()
        .flatMap(test -> Arrays.stream(CowMemory.values()).map(kind -> cell(test, kind)))
        .collect(ImmutableList.toImmutableList());
  }

  private static Scenario cell(CowTest test, CowMemory kind) {
    return new Scenario(
            "cow-" + test.id() + "-" + kind.id(),
            test.title() + " (" + kind.title() + ")",
            test.story(),
            SOURCE,
            kind.simplifications(),
            kind.bearing(test.patches()),
            (kernel, memory) -> build(test, kind, kernel, memory))
        .from(new Origin.SelftestCell(test.id(), kind.id()));
  }

  private static Setting build(CowTest test, CowMemory kind, Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    CowProcesses processes = new CowProcesses(machine, kind);
    Setting setting = machine.running(programs(test, processes));
    return new Setting(
        memory,
        setting.programs(),
        Stream.concat(Stream.of(comparison(test)), setting.invariants().stream())
            .collect(ImmutableList.toImmutableList()));
  }

  private static Program[] programs(CowTest test, CowProcesses processes) {
    Program parent =
        new Program("parent", cpu -> test.parent().run(cpu, processes.parent(cpu), processes));
    return test.child()
        .map(
            body ->
                new Program[] {
                  parent,
                  new Program(
                      "child",
                      cpu ->
                          processes.hasForked(cpu)
                              ? body.run(cpu, processes.child(cpu), processes)
                              : CowTest.NOT_RUN)
                })
        .orElse(new Program[] {parent});
  }

  /** What the test itself finds; it comes before all that must hold of the pages. */
  private static Invariant comparison(CowTest test) {
    return new Invariant(
        test.broken(),
        end -> {
          for (int cpu = 0; cpu < end.cpus(); cpu++) {
            if (end.returned(cpu) == CowTest.FAILED) {
              return false;
            }
          }
          return true;
        });
  }
}
