package org.cowcheck.explore;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
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
  private final Guide guide;

  /** Says which choices lead on, and sees the candidates. */
  interface Guide {

    /** Is told of each run of a program against guessed values; throws to stop. */
    void run();

    /** Is told of each choice among runs, sources and orders; throws to stop. */
    void step();

    /** Is told of all runs, per CPU, before it is asked about any. */
    void ran(ImmutableList<ImmutableList<Trace>> runs);

    /** Whether each candidate has a run that this is true of; asked once for each run. */
    boolean isWanted(Trace run);

    /**
     * Runs are chosen: the graph has all events.
     *
     * @param runs one per CPU; the graph has their events in this order
     * @param sources per id of a read the writes that it may read from
     */
    void begin(Graph graph, List<Trace> runs, ImmutableListMultimap<Integer, Integer> sources);

    /** Whether to go on; the reads up to an id have their sources. */
    boolean mayRead(Graph graph, int read);

    /** Whether to go on; all reads have their sources. */
    boolean maySucceed(Graph graph);

    /** Sees a candidate; the graph is changed afterwards. */
    void visit(Graph graph, ImmutableList<CpuState> cpus);
  }

  /** The candidates of a program that a guide leads to. */
  Candidates(ImmutableList<Word> words, ImmutableList<ToLongFunction<Cpu>> programs, Guide guide) {
    this.words = words;
    this.programs = programs;
    this.guide = guide;
  }

  /** Goes through them. */
  void visit() {
    ImmutableList<ImmutableList<Trace>> traces = traces();
    guide.ran(traces);
    List<List<Run>> runs =
        traces.stream().map(ofCpu -> ofCpu.stream().map(this::run).toList()).toList();
    List<ImmutableSet<Content>> written = new ArrayList<>();
    List<Boolean> wanted = new ArrayList<>();
    for (int cpu = 0; cpu <= runs.size(); cpu++) {
      List<Run> left = runs.subList(cpu, runs.size()).stream().flatMap(List::stream).toList();
      written.add(
          left.stream()
              .flatMap(run -> run.written.stream())
              .collect(ImmutableSet.toImmutableSet()));
      wanted.add(left.stream().anyMatch(Run::isWanted));
    }
    combine(runs, new Rest(written, wanted), new ArrayList<>());
  }

  // Runs.

  /** Per CPU its runs against the values that some run of some CPU writes: a least fixpoint. */
  private ImmutableList<ImmutableList<Trace>> traces() {
    List<SortedSet<Long>> possible = new ArrayList<>();
    for (Word word : words) {
      possible.add(new TreeSet<>(List.of(word.initialValue())));
    }
    int writes = 1;
    for (int round = 0; ; round++) {
      List<ImmutableList<Trace>> traces = new ArrayList<>();
      List<ImmutableList<Long>> values = possible.stream().map(ImmutableList::copyOf).toList();
      for (int cpu = 0; cpu < programs.size(); cpu++) {
        ToLongFunction<Cpu> program = programs.get(cpu);
        traces.add(
            TraceCpu.all(
                (running, known, choose) -> program.applyAsLong(running),
                cpu,
                read -> values.get(read.word().number()),
                index -> true,
                guide::run));
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
        return ImmutableList.copyOf(traces);
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
  private record Run(
      Trace trace, ImmutableSet<Content> written, ImmutableSet<Content> read, boolean isWanted) {}

  private Run run(Trace trace) {
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
    return new Run(trace, written.build(), read.build(), guide.isWanted(trace));
  }

  /**
   * What the CPUs whose run is not chosen yet may bring, by the number of those whose run is.
   *
   * @param written what some run writes
   * @param wanted whether some run is wanted
   */
  private record Rest(List<ImmutableSet<Content>> written, List<Boolean> wanted) {}

  /** Chooses a run of each CPU such that one is wanted and every value read is written. */
  private void combine(List<List<Run>> runs, Rest rest, List<Run> chosen) {
    if (chosen.size() == runs.size()) {
      assemble(chosen.stream().map(Run::trace).toList());
      return;
    }
    for (Run run : runs.get(chosen.size())) {
      guide.step();
      chosen.add(run);
      if (isWanted(chosen, rest) && isProduced(chosen, rest.written.get(chosen.size()))) {
        combine(runs, rest, chosen);
      }
      chosen.remove(chosen.size() - 1);
    }
  }

  private static boolean isWanted(List<Run> chosen, Rest rest) {
    return rest.wanted.get(chosen.size()) || chosen.stream().anyMatch(Run::isWanted);
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
    Graph graph = graph(words, traces);
    List<Long> values = new ArrayList<>();
    words.forEach(word -> values.add(word.initialValue()));
    traces.forEach(trace -> values.addAll(trace.values()));
    ImmutableListMultimap<Integer, Integer> sources = sources(graph, values);
    guide.begin(graph, traces, sources);
    ImmutableList<CpuState> cpus =
        traces.stream().map(Trace::end).collect(ImmutableList.toImmutableList());
    chooseSources(graph, values, sources, 0, cpus);
  }

  /** The events of one run per CPU, by CPU; no source and no coherence order means anything yet. */
  static Graph graph(ImmutableList<Word> words, List<Trace> traces) {
    Graph graph = new Graph(words, traces.size());
    for (Trace trace : traces) {
      for (Event event : trace.events()) {
        if (event.isWrite()) {
          graph.addWrite(event, graph.writes(event.word().number()));
        } else {
          graph.add(event, 0);
        }
      }
    }
    return graph;
  }

  /** Per read the writes that have the value that it has read and that it can see. */
  private static ImmutableListMultimap<Integer, Integer> sources(Graph graph, List<Long> values) {
    ImmutableListMultimap.Builder<Integer, Integer> sources = ImmutableListMultimap.builder();
    for (int read = graph.words(); read < graph.size(); read++) {
      if (graph.event(read).isRead()) {
        int word = graph.event(read).word().number();
        for (int place = 0; place < graph.writes(word); place++) {
          int write = graph.write(word, place);
          if (graph.event(write).value() == values.get(read)
              && isVisible(graph, write, graph.event(read))) {
            sources.put(read, write);
          }
        }
      }
    }
    return sources.build();
  }

  /** Tries every source of all reads from an id on. */
  private void chooseSources(
      Graph graph,
      List<Long> values,
      ImmutableListMultimap<Integer, Integer> sources,
      int id,
      ImmutableList<CpuState> cpus) {
    if (id == graph.size()) {
      if (guide.maySucceed(graph)) {
        chooseOrders(graph, 0, cpus);
      }
      return;
    }
    Event event = graph.event(id);
    if (!event.isRead()) {
      chooseSources(graph, values, sources, id + 1, cpus);
      return;
    }
    for (int write : sources.get(id)) {
      guide.step();
      if (!(event.writesAfter(values.get(id)) && isUpdated(graph, write, id))) {
        graph.setRf(id, write);
        if (guide.mayRead(graph, id)) {
          chooseSources(graph, values, sources, id + 1, cpus);
        }
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
      guide.step();
      guide.visit(graph, cpus);
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
