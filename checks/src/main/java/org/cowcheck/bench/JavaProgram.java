package org.cowcheck.bench;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;

/** A program in Java, explored without questions. */
public final class JavaProgram implements Workload {
  private final Memory memory;
  private final ImmutableList<ToLongFunction<Cpu>> programs;

  /** A program with one body per CPU. */
  JavaProgram(Memory memory, Stream<Consumer<Cpu>> bodies) {
    this.memory = memory;
    this.programs = bodies.map(JavaProgram::program).collect(toImmutableList());
  }

  /** Its shared memory. */
  public Memory memory() {
    return memory;
  }

  /** The words of its memory. */
  public ImmutableList<Word> words() {
    return ImmutableList.copyOf(memory.words());
  }

  /** Its programs, one per CPU. */
  public ImmutableList<ToLongFunction<Cpu>> programs() {
    return programs;
  }

  private static ToLongFunction<Cpu> program(Consumer<Cpu> body) {
    return cpu -> {
      body.accept(cpu);
      return 0;
    };
  }

  @Override
  public long run(MemoryModel model, int threads) {
    return new Explorer(
            words(), programs, model, Bounds.NONE, execution -> "", count -> {}, Watch.none())
        .explore(threads)
        .executions();
  }
}
