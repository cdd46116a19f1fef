package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Exploration;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.LoadBuffering;
import org.cowcheck.explore.Paths;
import org.cowcheck.explore.Watch;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/** Runs one litmus test: explores every execution and counts what its condition says of each. */
public final class LitmusRun {
  /** The name of the note of a thread that followed a pointer to no location. */
  private static final String WILD = "wild pointer";

  private final LitmusTest test;
  private final Addresses addresses;
  private final Memory memory = new Memory();
  private final Map<String, Word> wordsByName = new HashMap<>();
  private final TreeSet<State> states = new TreeSet<>();
  private final TreeSet<String> flags = new TreeSet<>();
  private long positive;
  private long negative;
  private long cyclic;

  private LitmusRun(LitmusTest test) {
    this.test = test;
    this.addresses = new Addresses(test.locations().keySet());
    test.locations()
        .forEach(
            (name, initial) ->
                wordsByName.put(
                    name, memory.word(name, initial.value(addresses), addresses::show)));
  }

  /**
   * Explores a test.
   *
   * @throws LitmusException if it turns out to do something that cannot be run
   */
  public static LitmusResult run(
      LitmusTest test, MemoryModel model, Bounds bounds, BooleanSupplier cancelled) {
    long start = System.nanoTime();
    LitmusRun run = new LitmusRun(test);
    String stopped = run.explore(model.asking(test.asked()), bounds, cancelled);
    return new LitmusResult(
        test,
        run.addresses,
        ImmutableSortedSet.copyOf(run.states),
        run.positive,
        run.negative,
        run.cyclic,
        ImmutableList.copyOf(run.flags),
        stopped,
        (System.nanoTime() - start) / 1e9);
  }

  /** Runs the searches; returns the bound that stopped one, or the empty string. */
  private String explore(MemoryModel model, Bounds bounds, BooleanSupplier cancelled) {
    ImmutableList<Word> words = ImmutableList.copyOf(memory.words());
    ImmutableList.Builder<ToLongFunction<Cpu>> programs = ImmutableList.builder();
    ImmutableList.Builder<Paths> paths = ImmutableList.builder();
    for (int thread = 0; thread < test.threads().size(); thread++) {
      int number = thread;
      programs.add(cpu -> run(number, cpu, new ThreadRun(cpu, this::wordAt)));
      paths.add(
          (cpu, known, choose) ->
              run(number, cpu, new PathRun(cpu, this::wordAt, words, known, choose)));
    }
    ImmutableList<ToLongFunction<Cpu>> all = programs.build();
    Watch watch = new Watch(bounds, cancelled);
    // The one place where searches run: executions without a cycle of po | rf, then those with one.
    Exploration exploration =
        new Explorer(words, all, model, bounds, this::visit, executions -> {}, watch).explore();
    if (!exploration.isComplete()) {
      return exploration.stopped();
    }
    return new LoadBuffering(
            words, all, paths.build(), model, watch, execution -> visit(execution, true))
        .search();
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

  private String visit(Execution execution) {
    visit(execution, false);
    return "";
  }

  private void visit(Execution execution, boolean isCyclic) {
    Map<Observable, Long> values = new HashMap<>();
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      for (Note note : execution.notes(cpu)) {
        if (note.name().equals(WILD)) {
          return;
        }
        values.put(new Observable.Register(cpu, note.name()), note.value());
      }
    }
    for (Observable observable : test.needed()) {
      if (observable instanceof Observable.Location location) {
        values.put(location, execution.value(wordsByName.get(location.name())));
      }
    }
    State state = new State(ImmutableSortedMap.copyOf(values));
    if (!test.filter().holds(state, addresses)) {
      return;
    }
    flags.addAll(execution.flags());
    cyclic += isCyclic ? 1 : 0;
    states.add(state.of(test.observed()));
    if (test.condition().proposition().holds(state, addresses)) {
      positive++;
    } else {
      negative++;
    }
  }
}
