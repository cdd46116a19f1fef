package org.cowcheck.explore;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/**
 * All well-formed executions of a program, before any memory model has judged them: every run of
 * each CPU against the values that some run of some CPU writes, every source of each read that has
 * the value read, every coherence order. It takes time exponential in the size of the program.
 *
 * <p>One condition is not left to the memory model: locks lock, as in lock.cat. A lock reads from
 * an unlock or the initial write, and the unlock of a section is next to its lock in coherence
 * order.
 */
final class Candidates {
  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final long limit;
  private final Predicate<Graph> sourced;
  private final BiConsumer<Graph, ImmutableList<CpuState>> visitor;
  private long tried;

  /** Thrown when there are more combinations than the limit. */
  static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LimitException() {
      super("more combinations than the limit", null, false, false);
    }
  }

  /**
   * The candidates of a program.
   *
   * @param limit on the number of combinations of runs, with sources, with orders
   * @param sourced whether to go on with a graph whose sources are chosen, but not its orders
   * @param visitor sees each candidate; the graph is changed afterwards
   */
  Candidates(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      long limit,
      Predicate<Graph> sourced,
      BiConsumer<Graph, ImmutableList<CpuState>> visitor) {
    this.words = words;
    this.programs = programs;
    this.limit = limit;
    this.sourced = sourced;
    this.visitor = visitor;
  }

  /**
   * Goes through them.
   *
   * @throws LimitException if there are more than the limit
   */
  void visit() {
    List<List<Run>> runs =
        traces().stream().map(traces -> traces.stream().map(Run::of).toList()).toList();
    List<ImmutableSet<Content>> written = new ArrayList<>();
    for (int cpu = 0; cpu <= runs.size(); cpu++) {
      written.add(written(runs.subList(cpu, runs.size())));
    }
    combine(runs, written, new ArrayList<>());
  }

  private void count() {
    if (++tried > limit) {
      throw new LimitException();
    }
  }

  // Runs.

  /** Per CPU its runs against the values that some run of some CPU writes: a least fixpoint. */
  private List<ImmutableList<Trace>> traces() {
    List<SortedSet<Long>> possible = new ArrayList<>();
    for (Word word : words) {
      possible.add(new TreeSet<>(List.of(word.initialValue())));
    }
    int writes = 1;
    for (int round = 0; ; round++) {
      List<ImmutableList<Trace>> traces = new ArrayList<>();
      for (int cpu = 0; cpu < programs.size(); cpu++) {
        ImmutableList<Trace> runs = TraceCpu.all(programs.get(cpu), cpu, possible, limit);
        if (runs.size() == limit) {
          throw new LimitException();
        }
        traces.add(runs);
      }
      boolean grown = false;
      for (Trace trace : traces.stream().flatMap(List::stream).toList()) {
        for (Event event : trace.events()) {
          grown |= event.isWrite() && possible.get(event.word().number()).add(event.value());
        }
      }
      // Values that are computed from themselves have no fixpoint; but data dependencies are
      // ordered, so no value comes from a longer chain than there are writes.
      writes = Math.max(writes, traces.stream().mapToInt(Candidates::mostWrites).sum());
      if (!grown || round > writes) {
        return traces;
      }
    }
  }

  private static int mostWrites(List<Trace> traces) {
    return traces.stream()
        .mapToInt(trace -> (int) trace.events().stream().filter(Event::isWrite).count())
        .max()
        .orElse(0);
  }

  /** A value of a word. */
  private record Content(Word word, long value) {}

  /** A run with what it writes, and what it reads that is not there from the start. */
  private record Run(Trace trace, ImmutableSet<Content> written, ImmutableSet<Content> read) {

    static Run of(Trace trace) {
      ImmutableSet.Builder<Content> written = ImmutableSet.builder();
      ImmutableSet.Builder<Content> read = ImmutableSet.builder();
      for (int i = 0; i < trace.events().size(); i++) {
        Event event = trace.events().get(i);
        if (event.isWrite()) {
          written.add(new Content(event.word(), event.value()));
        } else if (event.isRead() && event.word().initialValue() != trace.values().get(i)) {
          read.add(new Content(event.word(), trace.values().get(i)));
        }
      }
      return new Run(trace, written.build(), read.build());
    }
  }

  private static ImmutableSet<Content> written(List<List<Run>> runs) {
    return runs.stream()
        .flatMap(List::stream)
        .flatMap(run -> run.written.stream())
        .collect(ImmutableSet.toImmutableSet());
  }

  /**
   * Chooses a run of each CPU such that every value read is written by somebody.
   *
   * @param written what some run of each CPU from a number on writes, by that number
   */
  private void combine(
      List<List<Run>> runs, List<ImmutableSet<Content>> written, List<Run> chosen) {
    if (chosen.size() == runs.size()) {
      count();
      assemble(chosen.stream().map(Run::trace).toList());
      return;
    }
    ImmutableSet<Content> others = written.get(chosen.size() + 1);
    for (Run run : runs.get(chosen.size())) {
      chosen.add(run);
      if (isProduced(chosen, others)) {
        combine(runs, written, chosen);
      }
      chosen.remove(chosen.size() - 1);
    }
  }

  /** Whether what the chosen runs read is written by one of them or by others. */
  private static boolean isProduced(List<Run> chosen, ImmutableSet<Content> others) {
    for (Run run : chosen) {
      for (Content content : run.read) {
        if (!others.contains(content)
            && chosen.stream().noneMatch(writer -> writer.written.contains(content))) {
          return false;
        }
      }
    }
    return true;
  }

  // Graphs.

  private void assemble(List<Trace> traces) {
    Graph graph = new Graph(words, traces.size());
    List<Long> values = new ArrayList<>();
    words.forEach(word -> values.add(word.initialValue()));
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
    chooseSources(graph, values, 0, cpus.build());
  }

  /** Tries every write with the value that a read has read, for all reads from an id on. */
  private void chooseSources(
      Graph graph, List<Long> values, int read, ImmutableList<CpuState> cpus) {
    if (read == graph.size()) {
      count();
      if (sourced.test(graph)) {
        chooseOrders(graph, 0, cpus);
      }
      return;
    }
    Event event = graph.event(read);
    if (!event.isRead()) {
      chooseSources(graph, values, read + 1, cpus);
      return;
    }
    int word = event.word().number();
    for (int place = 0; place < graph.writes(word); place++) {
      int write = graph.write(word, place);
      if (graph.event(write).value() == values.get(read)
          && isVisible(graph, write, event)
          && !(event.writesAfter(values.get(read)) && isUpdated(graph, write, read))) {
        graph.setRf(read, write);
        chooseSources(graph, values, read + 1, cpus);
      }
    }
  }

  /**
   * Whether coherence lets a read see a write, as far as its own CPU goes: none of its CPU's later
   * writes, and nothing that its CPU has overwritten itself.
   */
  private static boolean isVisible(Graph graph, int write, Event read) {
    Event source = graph.event(write);
    if (!source.isInitial() && source.cpu() != read.cpu()) {
      return true;
    }
    int first = source.isInitial() ? 0 : source.index() + 1;
    for (int i = first; i < read.index(); i++) {
      Event between = graph.event(graph.at(read.cpu(), i));
      if (between.isWrite() && between.word() == read.word()) {
        return false;
      }
    }
    return source.isInitial() || source.index() < read.index();
  }

  /** Whether an update among the reads before an id reads from a write: no second one can. */
  private static boolean isUpdated(Graph graph, int write, int end) {
    for (int read = graph.words(); read < end; read++) {
      if (graph.event(read).isRead()
          && graph.rf(read) == write
          && graph.event(read).writesAfter(graph.value(read))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tries every order of the writes of each word from a number on: the initial write first, an
   * unlock next to its lock.
   */
  private void chooseOrders(Graph graph, int word, ImmutableList<CpuState> cpus) {
    if (word == graph.words()) {
      count();
      visitor.accept(graph, cpus);
      return;
    }
    List<Integer> sections = new ArrayList<>();
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.isWrite() && event.word().number() == word && event.lockRole() != LockRole.UNLOCK) {
        sections.add(id);
      }
    }
    for (List<Integer> order : Collections2.permutations(sections)) {
      List<Integer> ids = new ArrayList<>(List.of(word));
      for (int write : order) {
        ids.add(write);
        if (graph.event(write).lockRole() == LockRole.LOCK_WRITE) {
          int unlock = unlockOf(graph, write);
          if (unlock >= 0) {
            ids.add(unlock);
          }
        }
      }
      // A CPU that takes a lock again that it holds never gets there.
      if (ids.stream().distinct().count() == ids.size() && updatesFollowSources(graph, ids)) {
        int[] before = order(graph, word);
        graph.setCo(word, Ints.toArray(ids));
        chooseOrders(graph, word + 1, cpus);
        graph.setCo(word, before);
      }
    }
  }

  private static int[] order(Graph graph, int word) {
    int[] order = new int[graph.writes(word)];
    for (int place = 0; place < order.length; place++) {
      order[place] = graph.write(word, place);
    }
    return order;
  }

  /** Whether the write of each update comes right after what its read read from. */
  private static boolean updatesFollowSources(Graph graph, List<Integer> order) {
    for (int place = 1; place < order.size(); place++) {
      Event write = graph.event(order.get(place));
      boolean updates = write.update() != null || write.lockRole() == LockRole.LOCK_WRITE;
      if (updates && graph.rf(graph.poBefore(order.get(place))) != order.get(place - 1)) {
        return false;
      }
    }
    return true;
  }

  /** The end of a section: the next unlock of the lock on the CPU, or -1. */
  private static int unlockOf(Graph graph, int lock) {
    Event event = graph.event(lock);
    for (int index = event.index() + 1; index < graph.length(event.cpu()); index++) {
      int id = graph.at(event.cpu(), index);
      if (graph.event(id).word() == event.word() && graph.event(id).lockRole() == LockRole.UNLOCK) {
        return id;
      }
    }
    return -1;
  }
}
