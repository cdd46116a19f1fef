package org.cowcheck.explore;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;

/**
 * Load buffering by speculating on a few reads: {@link Explorer} runs the program, in which each of
 * them may also read a word of its own that has the guessed value from the start. In each execution
 * with such stand-ins, they then get every source that has the value and closes a cycle of po | rf.
 *
 * <p>Taking the edges of a read away takes away order only, so each consistent execution with a
 * cycle is found from the reads that break its cycles. Which these are is made unique by {@link
 * #breaking}, so that it is found once.
 */
final class Speculation {
  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final OpenPairs pairs;
  private final GuessedPaths paths;
  private final MemoryModel model;
  private final Watch watch;
  private final BiConsumer<Graph, ImmutableList<CpuState>> visitor;

  /** The word that has the value of each guess. */
  private final ImmutableBiMap<Guess, Word> stands;

  private final ImmutableList<Word> allWords;

  /** A read at a place in program order, and the value that it returns too early. */
  record Guess(int cpu, int index, Word word, long value) {}

  /**
   * A search.
   *
   * @param guesses all that may be guessed
   * @param visitor sees each execution that may be consistent, once
   */
  Speculation(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      OpenPairs pairs,
      GuessedPaths paths,
      Set<Guess> guesses,
      MemoryModel model,
      Watch watch,
      BiConsumer<Graph, ImmutableList<CpuState>> visitor) {
    this.words = words;
    this.programs = programs;
    this.pairs = pairs;
    this.paths = paths;
    this.model = model;
    this.watch = watch;
    this.visitor = visitor;
    Memory memory = new Memory();
    words.forEach(word -> memory.word(word.name(), word.initialValue()));
    ImmutableBiMap.Builder<Guess, Word> builder = ImmutableBiMap.builder();
    for (Guess guess : guesses) {
      builder.put(guess, memory.word("guess " + guess, guess.value()));
    }
    this.stands = builder.buildOrThrow();
    this.allWords = ImmutableList.<Word>builder().addAll(words).addAll(stands.values()).build();
  }

  /** Searches, on so many threads; returns why it stopped early, or the empty string. */
  String search(int threads) {
    return new Explorer(
            allWords,
            programs,
            model,
            Bounds.NONE,
            execution -> {
              Set<Guess> guesses = guesses(execution.graph());
              if (!guesses.isEmpty() && mayClose(execution.graph(), guesses)) {
                close(execution.graph(), guesses);
              }
              return "";
            },
            executions -> {},
            watch)
        .explore(threads, this::standIns)
        .stopped();
  }

  /** What may stand in for a read, beside what has stood in already. */
  private ImmutableList<Event> standIns(Graph graph, Event read) {
    ImmutableList.Builder<Event> standIns = ImmutableList.builder();
    for (Map.Entry<Guess, Word> stand : stands.entrySet()) {
      Guess guess = stand.getKey();
      // Nothing after the read that takes a lock is early.
      boolean locks = read.lockRole() != LockRole.NONE && read.writesAfter(guess.value());
      if (guess.cpu() == read.cpu()
          && guess.index() == read.index()
          && guess.word() == read.word()
          && !locks
          && paths.canComeTrue(Sets.union(guesses(graph), Set.of(guess)).immutableCopy())) {
        standIns.add(read.standIn(stand.getValue()));
      }
    }
    return standIns.build();
  }

  /** The guesses whose reads have stand-ins in a graph. */
  private Set<Guess> guesses(Graph graph) {
    Set<Guess> guesses = new HashSet<>();
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).isStandIn()) {
        guesses.add(stands.inverse().get(graph.event(id).word()));
      }
    }
    return guesses;
  }

  /**
   * Whether each of the guessed reads may be on a cycle: it is before a write of its value by
   * another CPU, by po, rf, and the edges to other guessed reads that may be there.
   */
  private static boolean mayClose(Graph graph, Set<Guess> guesses) {
    for (Guess guess : guesses) {
      int read = graph.at(guess.cpu(), guess.index());
      EventSet reached = EventSet.none(graph);
      Deque<Integer> left = new ArrayDeque<>();
      addSources(graph, guess, reached, left);
      while (!left.isEmpty() && !reached.has(read)) {
        int id = left.pop();
        Event event = graph.event(id);
        if (graph.poBefore(id) >= 0 && reached.add(graph.poBefore(id))) {
          left.push(graph.poBefore(id));
        }
        if (event.isStandIn()) {
          for (Guess other : guesses) {
            if (other.cpu() == event.cpu() && other.index() == event.index()) {
              addSources(graph, other, reached, left);
            }
          }
        } else if (event.isRead() && reached.add(graph.rf(id))) {
          left.push(graph.rf(id));
        }
      }
      if (!reached.has(read)) {
        return false;
      }
    }
    return true;
  }

  private static void addSources(Graph graph, Guess guess, EventSet reached, Deque<Integer> left) {
    int word = guess.word().number();
    for (int place = 1; place < graph.writes(word); place++) {
      int write = graph.write(word, place);
      if (isSource(graph.event(write), guess) && reached.add(write)) {
        left.push(write);
      }
    }
  }

  private static boolean isSource(Event write, Guess guess) {
    return write.value() == guess.value() && write.cpu() != guess.cpu();
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
      if (event.isRead() && !event.isStandIn()) {
        graph.setRf(renamed(open, graph, id), renamed(open, graph, open.rf(id)));
      }
    }
    for (Guess guess : guesses) {
      guessed.add(graph.at(guess.cpu(), guess.index()));
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

  /** The run of a CPU in an execution, with its own reads in the place of the stand-ins. */
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
      if (isSource(write, guess)) {
        graph.setRf(graph.at(guess.cpu(), guess.index()), graph.write(word, place));
        chooseSources(graph, runs, cpus, guesses, next + 1, guessed);
      }
    }
  }

  /**
   * The reads that break the cycles of an execution: its events are taken in causal order, and
   * whenever none can be, the first CPU's read of an open pair that waits for itself. There are
   * always CPUs that wait for each other; if all of them are stuck at reads of ordered pairs, the
   * execution is not consistent, and there are none.
   */
  private Set<Integer> breaking(Graph graph, ImmutableList<Trace> runs) {
    Set<Integer> breaking = new HashSet<>();
    Causality causality = Causality.of(graph);
    while (causality.isCyclic()) {
      int found = -1;
      for (int cpu = 0; cpu < graph.cpus() && found < 0; cpu++) {
        int read = causality.stuckAt(cpu);
        if (read >= 0
            && causality.waitsForItself(cpu)
            && isOpen(runs.get(cpu), graph.event(read).index())) {
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
