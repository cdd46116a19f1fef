package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Paths;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/** A litmus test as a program that can be explored, and the final state of its executions. */
final class LitmusProgram {
  /** The name of the note of a thread that followed a pointer to no location. */
  private static final String WILD = "wild pointer";

  private final Addresses addresses;
  private final Memory memory = new Memory();
  private final Map<String, Word> wordsByName = new HashMap<>();
  private final Map<Long, Word> wordsByAddress = new HashMap<>();
  private final ImmutableList<Part> threads;

  /** What the final states of the test have values for. */
  private final ImmutableMap<Observable, Integer> needed;

  /**
   * A thread.
   *
   * @param initial its registers
   * @param needed the registers whose final values are needed
   */
  private record Part(
      Statement body, ImmutableMap<String, Value> initial, ImmutableList<String> needed) {}

  LitmusProgram(LitmusTest test) {
    this.addresses = new Addresses(test.locations().keySet());
    test.locations()
        .forEach(
            (name, initial) -> {
              Word word = memory.word(name, initial.value(addresses), addresses::show);
              wordsByName.put(name, word);
              wordsByAddress.put(addresses.of(name), word);
            });
    this.needed = State.places(test.needed());
    this.threads =
        IntStream.range(0, test.threads().size())
            .mapToObj(number -> part(test, number))
            .collect(ImmutableList.toImmutableList());
  }

  private Part part(LitmusTest test, int number) {
    LitmusThread thread = test.threads().get(number);
    Map<String, Value> initial = new HashMap<>();
    for (String parameter : thread.parameters()) {
      initial.put(parameter, Value.of(addresses.of(parameter)));
    }
    test.registers()
        .forEach(
            (register, value) -> {
              if (register.thread() == number) {
                initial.put(register.name(), Value.of(value.value(addresses)));
              }
            });
    return new Part(
        thread.body(),
        ImmutableMap.copyOf(initial),
        test.needed().stream()
            .filter(observable -> observable.thread() == number)
            .map(Observable::name)
            .collect(ImmutableList.toImmutableList()));
  }

  /** How pointers are shown. */
  Addresses addresses() {
    return addresses;
  }

  /** The locations, by number. */
  ImmutableList<Word> words() {
    return ImmutableList.copyOf(memory.words());
  }

  /** What each CPU runs. */
  ImmutableList<ToLongFunction<Cpu>> threads() {
    return threads.stream()
        .<ToLongFunction<Cpu>>map(
            thread ->
                cpu -> run(thread, cpu, new ThreadRun(cpu, thread.initial(), wordsByAddress::get)))
        .collect(ImmutableList.toImmutableList());
  }

  /** The same, to be run without values. */
  ImmutableList<Paths> paths() {
    ImmutableList<Word> words = words();
    return threads.stream()
        .<Paths>map(
            thread ->
                (cpu, known, choose) ->
                    run(
                        thread,
                        cpu,
                        new PathRun(
                            cpu, thread.initial(), wordsByAddress::get, words, known, choose)))
        .collect(ImmutableList.toImmutableList());
  }

  private static long run(Part thread, Cpu cpu, ThreadRun run) {
    try {
      thread.body().run(run);
    } catch (ThreadRun.WildPointer e) {
      cpu.note(WILD, 0);
    }
    for (String register : thread.needed()) {
      cpu.note(register, run.get(register).number());
    }
    return 0;
  }

  /** The final state of an execution; none if a thread followed a pointer to no location. */
  Optional<State> state(Execution execution) {
    long[] values = new long[needed.size()];
    int next = 0;
    // The observables are ordered by thread, then by name; locations come last.
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      for (Note note : execution.notes(cpu)) {
        if (note.name().equals(WILD)) {
          return Optional.empty();
        }
        values[next++] = note.value();
      }
    }
    for (Observable observable : needed.keySet().asList().subList(next, needed.size())) {
      values[next++] = execution.value(wordsByName.get(observable.name()));
    }
    return Optional.of(new State(needed, ImmutableLongArray.copyOf(values)));
  }
}
