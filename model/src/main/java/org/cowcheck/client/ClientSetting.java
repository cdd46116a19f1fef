package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cowcheck.invariant.HugetlbPool;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A client program as a setting: one program per CPU, and all that must hold. */
final class ClientSetting {
  private final Kernel kernel;
  private final Memory memory;
  private final ClientProgram program;
  private final Ground ground;

  ClientSetting(Kernel kernel, Memory memory, ClientProgram program) {
    this.kernel = kernel;
    this.memory = memory;
    this.program = program;
    this.ground = new Ground(kernel, memory, program);
  }

  Setting setting() {
    return ground.machine.runningAny(
        program.liberties(),
        ImmutableList.<Invariant>builder()
            .addAll(ReaderInvariants.all(program, ground))
            .addAll(SharedContents.all(program))
            .addAll(LastingContents.all(program, ground, memory))
            .addAll(ofPool())
            .build(),
        IntStream.range(0, program.cpus().size()).mapToObj(this::cpu).toArray(Program[]::new));
  }

  private ImmutableList<Invariant> ofPool() {
    return ground.start.isHugetlb()
        ? ImmutableList.of(
            HugetlbPool.hasNoReferences(
                Stream.concat(Stream.of(ground.page), ground.spares.stream().flatMap(List::stream))
                    .collect(ImmutableList.toImmutableList())))
        : ImmutableList.of();
  }

  private Program cpu(int number) {
    List<Operation> operations = program.cpus().get(number);
    return new Program(
        operations.stream().map(Operation::word).collect(Collectors.joining(", ")),
        engine -> run(engine, number, operations));
  }

  /** Returns a bit for each operation that was successful, the first the lowest. */
  private long run(Cpu engine, int number, List<Operation> operations) {
    ClientCpu cpu = new ClientCpu(kernel, memory, ground, engine, number);
    long done = 0;
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      long result =
          program.isExcluded(number, operation)
              ? cpu.underRmapLock(() -> operation.run(cpu))
              : operation.run(cpu);
      done |= result != 0 ? 1L << i : 0;
    }
    return done;
  }
}
