package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;

/**
 * Load buffering by speculating on a few reads: {@link Explorer} runs the program with each of them
 * reading a word of its own, its shadow, that has the value from the start. In each execution that
 * it finds, the reads then get every source that has the value and closes a cycle of po | rf.
 *
 * <p>Taking the edges of a read away takes away order only, so each consistent execution with a
 * cycle is found from the reads that break its cycles. Which these are is made unique by {@link
 * #breaking}, so that it is found once.
 */
final class Speculation {
  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final OpenPairs pairs;
  private final MemoryModel model;
  private final Watch watch;
  private final BiConsumer<Graph, ImmutableList<CpuState>> visitor;

  /** A read at a place in program order, and the value that it returns too early. */
  record Guess(int cpu, int index, Word word, long value) {}

  /**
   * A search.
   *
   * @param visitor sees each execution that may be consistent, once
   */
  Speculation(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      OpenPairs pairs,
      MemoryModel model,
      Watch watch,
      BiConsumer<Graph, ImmutableList<CpuState>> visitor) {
    this.words = words;
    this.programs = programs;
    this.pairs = pairs;
    this.model = model;
    this.watch = watch;
    this.visitor = visitor;
  }

  /** Searches with exactly these guesses; returns why it stopped early, or the empty string. */
  String search(Set<Guess> guesses, int threads) {
    Memory memory = new Memory();
    words.forEach(word -> memory.word(word.name(), word.initialValue()));
    ImmutableList.Builder<Word> all = ImmutableList.<Word>builder().addAll(words);
    List<ImmutableMap.Builder<Integer, EventCpu.Shadow>> shadows =
        programs.stream().map(program -> ImmutableMap.<Integer, EventCpu.Shadow>builder()).toList();
    for (Guess guess : guesses) {
      Word shadow = memory.word("shadow of " + guess.word(), guess.value());
      all.add(shadow);
      shadows.get(guess.cpu()).put(guess.index(), new EventCpu.Shadow(guess.word(), shadow));
    }
    ImmutableList.Builder<ToLongFunction<Cpu>> speculating = ImmutableList.builder();
    for (int cpu = 0; cpu < programs.size(); cpu++) {
      ToLongFunction<Cpu> program = programs.get(cpu);
      ImmutableMap<Integer, EventCpu.Shadow> ofCpu = shadows.get(cpu).buildOrThrow();
      speculating.add(
          running -> {
            ((EventCpu) running).speculate(ofCpu);
            return program.applyAsLong(running);
          });
    }
    return new Explorer(
            all.build(),
            speculating.build(),
            model,
            Bounds.NONE,
            execution -> {
              if (execution.isFinished()) {
                close(execution.graph(), guesses);
              }
              return "";
            },
            executions -> {},
            watch)
        .explore(threads)
        .stopped();
  }

  /** Gives the guessed reads of an execution their sources. */
  private void close(Graph open, Set<Guess> guesses) {
    ImmutableList<Trace> runs =
        IntStream.range(0, programs.size())
            .mapToObj(cpu -> run(open, cpu))
            .collect(ImmutableList.toImmutableList());
    Graph graph = Candidates.graph(words, runs);
    Set<Integer> guessed = new HashSet<>();
    for (int id = open.words(); id < open.size(); id++) {
      Event event = open.event(id);
      if (event.isRead() && event.word().number() < words.size()) {
        graph.setRf(renamed(open, graph, id), renamed(open, graph, open.rf(id)));
      }
    }
    for (Guess guess : guesses) {
      int id =
          guess.index() < graph.length(guess.cpu()) ? graph.at(guess.cpu(), guess.index()) : -1;
      if (id < 0
          || !graph.event(id).isRead()
          || graph.event(id).word() != guess.word()
          || open.event(open.at(guess.cpu(), guess.index())).word() == guess.word()) {
        return; // Not on this path.
      }
      guessed.add(id);
    }
    for (int word = 0; word < graph.words(); word++) {
      int[] order = new int[open.writes(word)];
      for (int place = 0; place < order.length; place++) {
        order[place] = renamed(open, graph, open.write(word, place));
      }
      graph.setCo(word, order);
    }
    ImmutableList<CpuState> cpus =
        runs.stream().map(Trace::end).collect(ImmutableList.toImmutableList());
    chooseSources(graph, runs, cpus, ImmutableList.copyOf(guesses), 0, guessed);
  }

  /** The run of a CPU in an execution, with its own reads in the place of the shadows. */
  private Trace run(Graph open, int cpu) {
    return TraceCpu.all(
            (running, known, choose) -> programs.get(cpu).applyAsLong(running),
            cpu,
            read -> ImmutableList.of(open.value(open.at(cpu, read.index()))),
            index -> true,
            () -> {})
        .get(0);
  }

  private static int renamed(Graph open, Graph graph, int id) {
    Event event = open.event(id);
    return event.isInitial() ? id : graph.at(event.cpu(), event.index());
  }

  private void chooseSources(
      Graph graph,
      ImmutableList<Trace> runs,
      ImmutableList<CpuState> cpus,
      ImmutableList<Guess> guesses,
      int next,
      Set<Integer> guessed) {
    if (next == guesses.size()) {
      if (breaking(graph, runs).equals(guessed)) {
        visitor.accept(graph, cpus);
      }
      return;
    }
    Guess guess = guesses.get(next);
    int word = guess.word().number();
    for (int place = 1; place < graph.writes(word); place++) {
      Event write = graph.event(graph.write(word, place));
      if (write.value() == guess.value() && write.cpu() != guess.cpu()) {
        graph.setRf(graph.at(guess.cpu(), guess.index()), graph.write(word, place));
        chooseSources(graph, runs, cpus, guesses, next + 1, guessed);
      }
    }
  }

  /**
   * The reads that break the cycles of an execution: its events are taken in causal order, and
   * whenever none can be, the read of an open pair at which the first CPU is stuck. If all CPUs are
   * stuck at reads of ordered pairs, the execution is not consistent, and there are none.
   */
  private Set<Integer> breaking(Graph graph, ImmutableList<Trace> runs) {
    Set<Integer> breaking = new HashSet<>();
    Causality causality = Causality.of(graph);
    while (causality.isCyclic()) {
      int found = -1;
      for (int cpu = 0; cpu < graph.cpus() && found < 0; cpu++) {
        int read = causality.stuckAt(cpu);
        if (read >= 0 && isOpen(runs.get(cpu), graph.event(read).index())) {
          found = read;
        }
      }
      if (found < 0) {
        return ImmutableSet.of();
      }
      breaking.add(found);
      causality.take(found);
    }
    return breaking;
  }

  private boolean isOpen(Trace run, int index) {
    return pairs.in(run).stream().anyMatch(pair -> pair.read() == index);
  }
}
