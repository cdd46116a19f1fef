package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.RacingPair;

/**
 * Explores every consistent execution of a program, each once, in memory that is polynomial in the
 * size of one execution.
 *
 * <h2>The search</h2>
 *
 * TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: Truly Stateless, Optimal Dynamic Partial
 * Order Reduction, POPL 2022, algorithms 1 and 2). A graph grows by one event at a time. A read
 * tries every write of its word. A write tries every place in coherence order; then it revisits
 * reads of its word that are not in its own (po | rf)-prefix: what was added after such a read and
 * is not in the prefix is deleted, and the read reads from the write. So that no graph is reached
 * twice, a revisit is allowed only if the read and everything deleted were added maximally: each
 * such read read from, and each such write was placed at, the end of coherence order as it was
 * then.
 *
 * <p>The search is complete for executions in which po | rf is acyclic. It needs a model whose
 * {@link MemoryModel#mayGrow} is closed under (po | rf)-prefixes and lets a graph grow maximally.
 * What a model checks beyond that is checked on complete executions.
 *
 * <h2>Read-modify-writes</h2>
 *
 * The read is added like any read; its write follows at once, right after the read's source in
 * coherence order. A read whose source another read-modify-write has taken leads to no execution of
 * its own, but its write revisits the other read.
 *
 * <h2>Locks</h2>
 *
 * Lock sections of a word form a chain; see {@link LockChain}. A graph in which all CPUs that are
 * not finished wait for a lock is a deadlock.
 */
public final class Explorer {
  private static final int POLL_INTERVAL = 256;

  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final MemoryModel model;
  private final Bounds bounds;
  private final Visitor visitor;
  private final LongConsumer progress;
  private final Watch watch;

  private final Deque<Node> stack = new ArrayDeque<>();
  private final TreeSet<RacingPair> races = new TreeSet<>();
  private final TreeSet<String> flags = new TreeSet<>();
  private long polls;
  private Execution violation;
  private long executions;
  private long blocked;
  private String stopped = "";

  /** Looks at every complete execution and says what is broken in it, or the empty string. */
  public interface Visitor {
    String visit(Execution execution);
  }

  /** A graph to go on from, and where its CPUs stand. */
  @SuppressWarnings("ArrayRecordComponent") // owned by whoever takes it off the stack
  private record Node(Graph graph, CpuState[] cpus) {}

  /**
   * An exploration of a program.
   *
   * @param words the shared memory at its initial values
   * @param programs one per CPU
   * @param model what is consistent
   * @param bounds where to stop
   * @param visitor looks at every complete execution; a deadlock is broken without asking it
   * @param progress is told the number of executions now and then
   * @param watch is asked now and then whether to stop
   */
  public Explorer(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      Bounds bounds,
      Visitor visitor,
      LongConsumer progress,
      Watch watch) {
    this.words = words;
    this.programs = programs;
    this.model = model;
    this.bounds = bounds;
    this.visitor = visitor;
    this.progress = progress;
    this.watch = watch;
  }

  /** Explores. To be called once. */
  public Exploration explore() {
    Graph graph = new Graph(words, programs.size());
    stack.push(new Node(graph, replayAll(graph)));
    while (!stack.isEmpty() && !isStopped()) {
      grow(stack.pop());
    }
    progress.accept(executions);
    return new Exploration(
        executions,
        blocked,
        Optional.ofNullable(violation),
        ImmutableSortedSet.copyOf(races),
        ImmutableSortedSet.copyOf(flags),
        stopped);
  }

  /** Whether a bound is reached; to be asked wherever the search may stay for long. */
  private boolean isStopped() {
    if (stopped.isEmpty() && ++polls % POLL_INTERVAL == 0) {
      poll();
    }
    return !stopped.isEmpty();
  }

  private void poll() {
    progress.accept(executions);
    stopped = watch.expired();
  }

  /** Adds events to a graph until it is complete, and puts the other choices on the stack. */
  private void grow(Node node) {
    Graph graph = node.graph;
    CpuState[] cpus = node.cpus;
    while (!isStopped()) {
      int cpu = schedule(cpus);
      if (cpu < 0) {
        complete(graph, cpus);
        return;
      }
      if (graph.size() - words.size() >= bounds.maxEvents()) {
        stopped = "--max-events " + bounds.maxEvents();
        return;
      }
      Event event = cpus[cpu].next();
      if (event.isFence()) {
        graph.add(event, 0);
      } else if (event.isRead()) {
        addRead(graph, cpus, event);
      } else if (!addWrite(graph, cpus, event, cpus[cpu].completes())) {
        return;
      }
      if (event.lockRole() == LockRole.UNLOCK) {
        cpus = replayAll(graph);
      } else {
        cpus[cpu] = ReplayCpu.run(programs.get(cpu), graph, cpu);
      }
    }
  }

  /** The CPU whose event comes next: one in the middle of an update, else the first that can go. */
  private static int schedule(CpuState[] cpus) {
    int first = -1;
    for (int cpu = 0; cpu < cpus.length; cpu++) {
      if (cpus[cpu].completes()) {
        return cpu;
      }
      if (first < 0 && cpus[cpu].next() != null) {
        first = cpu;
      }
    }
    return first;
  }

  private CpuState[] replayAll(Graph graph) {
    CpuState[] cpus = new CpuState[programs.size()];
    for (int cpu = 0; cpu < cpus.length; cpu++) {
      cpus[cpu] = ReplayCpu.run(programs.get(cpu), graph, cpu);
    }
    return cpus;
  }

  /** Pushes a graph whose new event changed one CPU. */
  private void push(Graph graph, CpuState[] cpus, int cpu) {
    CpuState[] changed = cpus.clone();
    changed[cpu] = ReplayCpu.run(programs.get(cpu), graph, cpu);
    stack.push(new Node(graph, changed));
  }

  // Reads.

  private void addRead(Graph graph, CpuState[] cpus, Event read) {
    int word = read.word().number();
    int last = graph.writes(word) - 1;
    for (int place = oldest(graph, read); place < last && !isStopped(); place++) {
      int write = graph.write(word, place);
      if (read.lockRole() != LockRole.LOCK_READ || LockChain.endsSection(graph, write)) {
        Graph other = graph.copy();
        other.add(read, write);
        if (model.mayGrow(other)) {
          push(other, cpus, read.cpu());
        }
      }
    }
    // The end of coherence order is always consistent. A lock whose chain ends in a lock waits.
    graph.add(read, graph.write(word, last));
  }

  /**
   * The place of the last write of a word that the CPU of an event has written or read from: by
   * coherence it reads nothing older, and writes nothing before it.
   */
  private static int oldest(Graph graph, Event event) {
    int oldest = 0;
    for (int i = 0; i < event.index(); i++) {
      int id = graph.at(event.cpu(), i);
      if (graph.event(id).word() == event.word()) {
        oldest = Math.max(oldest, graph.place(graph.event(id).isRead() ? graph.rf(id) : id));
      }
    }
    return oldest;
  }

  // Writes.

  /** Adds a write at the end of coherence order; says whether that leads on. */
  private boolean addWrite(Graph graph, CpuState[] cpus, Event write, boolean completes) {
    pushRevisits(graph, write, completes);
    int end = graph.writes(write.word().number());
    int place = forcedPlace(graph, write, completes);
    if (place < 0) {
      for (int other = oldest(graph, write) + 1; other < end && !isStopped(); other++) {
        Graph copy = graph.copy();
        copy.addWrite(write, other);
        if (model.mayGrow(copy)) {
          push(copy, cpus, write.cpu());
        }
      }
      graph.addWrite(write, end);
      return true;
    }
    int id = graph.addWrite(write, place);
    if (write.lockRole() == LockRole.UNLOCK) {
      LockChain.release(graph, id);
      return true;
    }
    return place == end || model.mayGrow(graph);
  }

  /** The one place that a write can have in coherence order, or -1 if it has the choice. */
  private static int forcedPlace(Graph graph, Event write, boolean completes) {
    if (completes) {
      int read = graph.at(write.cpu(), write.index() - 1);
      return graph.place(graph.rf(read)) + 1;
    }
    if (write.lockRole() == LockRole.UNLOCK) {
      return graph.place(LockChain.lockOf(graph, write)) + 1;
    }
    return -1;
  }

  // Backward revisits.

  private void pushRevisits(Graph graph, Event write, boolean completes) {
    Revisits revisits = new Revisits(graph, write);
    for (int read = words.size(); read < graph.size(); read++) {
      if (revisits.mayRevisit(read)) {
        pushRevisit(graph, write, completes, revisits, read);
      }
    }
  }

  private void pushRevisit(
      Graph graph, Event write, boolean completes, Revisits revisits, int read) {
    int[] newIds = new int[graph.size()];
    Graph base = graph.restrictTo(revisits.kept(read), newIds);
    LockChain.waitAgain(graph, base, newIds);
    int place = forcedPlace(base, write, completes);
    int first = place < 0 ? 1 : place;
    int last = place < 0 ? base.writes(write.word().number()) : place;
    for (int p = first; p <= last && !isStopped(); p++) {
      Graph revisited = base.copy();
      int id = revisited.addWrite(write, p);
      if (write.lockRole() == LockRole.UNLOCK) {
        LockChain.release(revisited, id);
      }
      revisited.setRf(newIds[read], id);
      if (model.mayGrow(revisited)) {
        stack.push(new Node(revisited, replayAll(revisited)));
      }
    }
  }

  // Complete executions.

  private void complete(Graph graph, CpuState[] cpus) {
    Judgement judgement = model.judge(graph);
    if (!judgement.isConsistent()) {
      return;
    }
    ImmutableList<CpuState> states = ImmutableList.copyOf(cpus);
    Execution execution = new Execution(graph, states, model, "", judgement.flags());
    if (execution.isFinished()) {
      executions++;
      flags.addAll(judgement.flags());
      for (Judgement.Race race : judgement.races()) {
        races.add(racingPair(graph.event(race.first()), graph.event(race.second())));
      }
    } else {
      blocked++;
    }
    String broken = Replay.broken(execution, visitor);
    if (!broken.isEmpty()) {
      Execution found = new Execution(graph, states, model, broken);
      if (violation == null || found.compareTo(violation) < 0) {
        violation = found;
      }
    }
    if (executions >= bounds.maxExecutions()) {
      stopped = stack.isEmpty() ? "" : "--max-executions " + bounds.maxExecutions();
    }
  }

  private static RacingPair racingPair(Event a, Event b) {
    return RacingPair.of(a.word().name(), describe(a), describe(b));
  }

  private static String describe(Event event) {
    String step = event.step().label().isEmpty() ? "event " + event.index() : event.step().label();
    return "CPU" + event.cpu() + " " + step + (event.isRead() ? " load" : " store");
  }
}
