package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
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

  private final LitmusTest test;
  private final Addresses addresses;
  private final Memory memory = new Memory();
  private final Map<String, Word> wordsByName = new HashMap<>();

  LitmusProgram(LitmusTest test) {
    this.test = test;
    this.addresses = new Addresses(test.locations().keySet());
    test.locations()
        .forEach(
            (name, initial) ->
                wordsByName.put(
                    name, memory.word(name, initial.value(addresses), addresses::show)));
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
    return IntStream.range(0, test.threads().size())
        .<ToLongFunction<Cpu>>mapToObj(
            number -> cpu -> run(number, cpu, new ThreadRun(cpu, this::wordAt)))
        .collect(ImmutableList.toImmutableList());
  }

  /** The same, to be run without values. */
  ImmutableList<Paths> paths() {
    ImmutableList<Word> words = words();
    return IntStream.range(0, test.threads().size())
        .<Paths>mapToObj(
            number ->
                (cpu, known, choose) ->
                    run(number, cpu, new PathRun(cpu, this::wordAt, words, known, choose)))
        .collect(ImmutableList.toImmutableList());
  }

  private long run(int number, Cpu cpu, ThreadRun run) {
    LitmusThread thread = test.threads().get(number);
    for (String parameter : thread.parameters()) {
      run.set(parameter, Value.of(addresses.of(parameter)));
    }
    test.registers()
        .forEach(
            (register, initial) -> {
              if (register.thread() == number) {
                run.set(register.name(), Value.of(initial.value(addresses)));
              }
            });
    try {
      thread.body().run(run);
    } catch (ThreadRun.WildPointer e) {
      cpu.note(WILD, 0);
    }
    for (Observable observable : test.needed()) {
      if (observable.thread() == number) {
        cpu.note(observable.name(), run.get(observable.name()).number());
      }
    }
    return 0;
  }

  private Word wordAt(long address) {
    String name = addresses.at(address);
    return name == null ? null : wordsByName.get(name);
  }

  /** The final state of an execution; none if a thread followed a pointer to no location. */
  Optional<State> state(Execution execution) {
    Map<Observable, Long> values = new HashMap<>();
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      for (Note note : execution.notes(cpu)) {
        if (note.name().equals(WILD)) {
          return Optional.empty();
        }
        values.put(new Observable.Register(cpu, note.name()), note.value());
      }
    }
    for (Observable observable : test.needed()) {
      if (observable instanceof Observable.Location location) {
        values.put(location, execution.value(wordsByName.get(location.name())));
      }
    }
    return Optional.of(new State(ImmutableSortedMap.copyOf(values)));
  }
}
