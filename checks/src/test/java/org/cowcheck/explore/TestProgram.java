package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.cowcheck.bench.JavaProgram;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/** A small program for tests: words, CPUs, and the final states that an exploration finds. */
final class TestProgram {
  final Memory memory;
  private final List<ToLongFunction<Cpu>> programs = new ArrayList<>();
  private final List<Word> observed = new ArrayList<>();

  /** What a CPU does; it observes values with {@link Cpu#note}. */
  interface Body {
    void run(Cpu cpu);
  }

  private TestProgram(Memory memory) {
    this.memory = memory;
  }

  static TestProgram program() {
    return new TestProgram(new Memory());
  }

  /** A benchmark's program. */
  static TestProgram of(JavaProgram benchmark) {
    TestProgram program = new TestProgram(benchmark.memory());
    program.programs.addAll(benchmark.programs());
    return program;
  }

  Word word(String name) {
    return memory.word(name, 0);
  }

  TestProgram cpu(Body body) {
    programs.add(
        cpu -> {
          body.run(cpu);
          return 0;
        });
    return this;
  }

  /** Makes the final value of a word part of the state. */
  TestProgram observe(Word... words) {
    observed.addAll(Arrays.asList(words));
    return this;
  }

  ImmutableList<ToLongFunction<Cpu>> programs() {
    return ImmutableList.copyOf(programs);
  }

  /** The distinct final states and the number of executions; fails if one is found twice. */
  Result explore(MemoryModel model) {
    return explore(model, Bounds.NONE);
  }

  Result explore(MemoryModel model, Bounds bounds) {
    TreeSet<String> states = new TreeSet<>();
    Set<List<Integer>> seen = new HashSet<>();
    Exploration exploration =
        explorer(
                model,
                bounds,
                execution -> {
                  List<Integer> form =
                      Arrays.stream(execution.graph().canonicalForm()).boxed().toList();
                  if (!seen.add(form)) {
                    throw new AssertionError("an execution was explored twice");
                  }
                  states.add(state(execution));
                  return "";
                })
            .explore();
    return new Result(ImmutableSortedSet.copyOf(states), exploration);
  }

  Explorer explorer(MemoryModel model, Bounds bounds, Explorer.Visitor visitor) {
    return new Explorer(
        ImmutableList.copyOf(memory.words()),
        programs(),
        model,
        bounds,
        visitor,
        executions -> {},
        Watch.none());
  }

  /** What the CPUs noted, then the observed words, such as {@code "0 1 | 2"}. */
  String state(Execution execution) {
    StringBuilder state = new StringBuilder();
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      for (Note note : execution.notes(cpu)) {
        state.append(note.value()).append(' ');
      }
    }
    for (Word word : observed) {
      state.append(execution.value(word)).append(' ');
    }
    return state.toString().trim();
  }

  record Result(ImmutableSortedSet<String> states, Exploration exploration) {
    long executions() {
      return exploration.executions();
    }
  }
}
