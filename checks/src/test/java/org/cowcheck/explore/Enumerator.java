package org.cowcheck.explore;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Word;

/**
 * The oracle within: finds all consistent executions of a small program with no cleverness.
 *
 * <p>Every run of each CPU against guessed values, every source of each read that has the value
 * read, every coherence order of each word: whatever of that the memory model judges consistent as
 * a complete execution. It is what the memory model is defined by, and takes exponential time and
 * memory.
 *
 * <p>Two conditions are not the memory model's. po | rf is acyclic: the explorer finds no others.
 * And locks lock, as in lock.cat: a lock reads from an unlock or the initial write, and the unlock
 * of a section is next to its lock in coherence order.
 */
final class Enumerator {
  private final TestProgram program;
  private final List<Candidate> candidates = new ArrayList<>();
  private final long limit;
  private long tried;

  /** A well-formed execution that no model has judged yet. */
  private record Candidate(Graph graph, ImmutableList<CpuState> cpus) {}

  /** Thrown when a program has more candidates than the limit. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * The well-formed executions of a program.
   *
   * @param limit on the number of combinations of runs, with sources, with orders
   * @throws TooLargeException if there are more
   */
  Enumerator(TestProgram program, long limit) {
    this.program = program;
    this.limit = limit;
    combine(traces(), new ArrayList<>());
  }

  /** The final states of the consistent executions, by canonical form. */
  Map<List<Integer>, String> consistent(MemoryModel model) {
    Map<List<Integer>, String> result = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      if (model.judge(candidate.graph).isConsistent()) {
        Execution execution = new Execution(candidate.graph, candidate.cpus, model, "");
        result.put(Ints.asList(candidate.graph.canonicalForm()), program.state(execution));
      }
    }
    return result;
  }

  // Runs.

  /** Per CPU its runs against the values that some run of some CPU writes: a least fixpoint. */
  private List<ImmutableList<Trace>> traces() {
    List<SortedSet<Long>> possible = new ArrayList<>();
    for (Word word : program.memory.words()) {
      possible.add(new TreeSet<>(List.of(word.initialValue())));
    }
    int writes = 1;
    for (int round = 0; ; round++) {
      List<ImmutableList<Trace>> traces = new ArrayList<>();
      for (int cpu = 0; cpu < program.programs().size(); cpu++) {
        traces.add(TraceCpu.all(program.programs().get(cpu), cpu, possible));
      }
      boolean grown = false;
      for (Trace trace : traces.stream().flatMap(List::stream).toList()) {
        for (Event event : trace.events()) {
          grown |= event.isWrite() && possible.get(event.word().number()).add(event.value());
        }
      }
      // Additions to guesses have no fixpoint. A value that is really read comes from a chain of
      // reads and writes without a cycle, so no chain is longer than all writes together.
      writes = Math.max(writes, traces.stream().mapToInt(Enumerator::mostWrites).sum());
      if (!grown || round > writes) {
        return traces;
      }
      // The runs can only become more.
      if (traces.stream().mapToLong(List::size).reduce(1, (a, b) -> a * b) > limit) {
        throw new TooLargeException();
      }
    }
  }

  private static int mostWrites(List<Trace> traces) {
    return traces.stream()
        .mapToInt(trace -> (int) trace.events().stream().filter(Event::isWrite).count())
        .max()
        .orElse(0);
  }

  private void combine(List<ImmutableList<Trace>> traces, List<Trace> chosen) {
    if (chosen.size() == traces.size()) {
      count();
      assemble(chosen);
      return;
    }
    for (Trace trace : traces.get(chosen.size())) {
      chosen.add(trace);
      combine(traces, chosen);
      chosen.remove(chosen.size() - 1);
    }
  }

  private void count() {
    if (++tried > limit) {
      throw new TooLargeException();
    }
  }

  // Graphs.

  private void assemble(List<Trace> traces) {
    Graph graph = new Graph(program.memory.words(), traces.size());
    List<Long> values = new ArrayList<>();
    program.memory.words().forEach(word -> values.add(word.initialValue()));
    ImmutableList.Builder<CpuState> cpus = ImmutableList.builder();
    for (Trace trace : traces) {
      for (Event event : trace.events()) {
        if (event.isWrite()) {
          graph.addWrite(event, graph.writes(event.word().number()));
        } else {
          graph.add(event, 0);
        }
      }
      values.addAll(trace.values());
      cpus.add(new CpuState(null, false, true, trace.returned(), trace.notes()));
    }
    chooseSources(
        graph,
        values,
        0,
        sourced ->
            chooseOrders(
                sourced,
                0,
                ordered -> {
                  count();
                  candidates.add(new Candidate(ordered.copy(), cpus.build()));
                }));
  }

  /** Tries every write with the value that a read has read, for all reads from an id on. */
  private void chooseSources(Graph graph, List<Long> values, int read, Consumer<Graph> next) {
    if (read == graph.size()) {
      count();
      if (isAcyclic(graph)) {
        next.accept(graph);
      }
      return;
    }
    Event event = graph.event(read);
    if (!event.isRead()) {
      chooseSources(graph, values, read + 1, next);
      return;
    }
    for (int write = 0; write < graph.size(); write++) {
      if (graph.event(write).isWrite()
          && graph.event(write).word() == event.word()
          && graph.event(write).value() == values.get(read)) {
        graph.setRf(read, write);
        chooseSources(graph, values, read + 1, next);
      }
    }
  }

  /**
   * Tries every order of the writes of each word from a number on: the initial write first, an
   * unlock next to its lock.
   */
  private static void chooseOrders(Graph graph, int word, Consumer<Graph> next) {
    if (word == graph.words()) {
      next.accept(graph);
      return;
    }
    List<Integer> writes = new ArrayList<>();
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.isWrite() && event.word().number() == word && event.lockRole() != LockRole.UNLOCK) {
        writes.add(id);
      }
    }
    for (List<Integer> order : Collections2.permutations(writes)) {
      List<Integer> ids = new ArrayList<>(List.of(word));
      for (int write : order) {
        ids.add(write);
        if (graph.event(write).lockRole() == LockRole.LOCK_WRITE) {
          ids.add(unlockOf(graph, write));
        }
      }
      // A CPU that takes a lock again that it holds never gets there.
      if (ids.stream().distinct().count() == ids.size()) {
        graph.setCo(word, Ints.toArray(ids));
        chooseOrders(graph, word + 1, next);
      }
    }
  }

  /** The end of a section: the next unlock of the lock on the CPU. */
  private static int unlockOf(Graph graph, int lock) {
    Event event = graph.event(lock);
    for (int index = event.index() + 1; ; index++) {
      int id = graph.at(event.cpu(), index);
      if (graph.event(id).word() == event.word() && graph.event(id).lockRole() == LockRole.UNLOCK) {
        return id;
      }
    }
  }

  /** Whether po | rf is acyclic: events can be taken one after another, each after its causes. */
  private static boolean isAcyclic(Graph graph) {
    boolean[] taken = new boolean[graph.size()];
    int left = graph.size();
    for (boolean progress = true; progress; ) {
      progress = false;
      for (int id = 0; id < graph.size(); id++) {
        boolean ready =
            !taken[id]
                && (graph.poBefore(id) < 0 || taken[graph.poBefore(id)])
                && (!graph.event(id).isRead() || taken[graph.rf(id)]);
        if (ready) {
          taken[id] = true;
          left--;
          progress = true;
        }
      }
    }
    return left == 0;
  }
}
