package org.cowcheck.consistency;

import java.util.concurrent.atomic.AtomicInteger;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Rows;

/**
 * The growth of a graph under {@link GlobalOrder}: per access the set of all accesses before it in
 * the global order, transitively closed.
 *
 * <p>An access gets the union of the sets of what comes right before it. One that reads an older
 * write, or is placed in the middle of coherence order, comes before the next write of its word,
 * too: that is a cycle if the next write is before it already, else its set is added to those of
 * all accesses after the next write.
 */
final class GlobalOrderGrowth extends StepwiseGrowth {
  /** Per CPU: all accesses so far. */
  private static final int ALL = 0;

  /** Per CPU: the reads so far. */
  private static final int READS = 1;

  /** Per CPU: what a full fence orders before all that follows. */
  private static final int FENCED = 2;

  private static final int KINDS = 3;

  private final GlobalOrder model;
  private final int cpuCount;
  private int width;

  /** The width that some growth of the same search has come to need. */
  private final AtomicInteger widest;

  /** Per access, in row {@link #of}, what is before it; per write, in {@link #seen}, more. */
  private Rows before;

  /** The sets of the CPUs, with all that is before what is in them. */
  private Rows cpus;

  /** The growth of a graph that has nothing. */
  GlobalOrderGrowth(GlobalOrder model) {
    this(model, new AtomicInteger(1), 0);
  }

  /** A growth that has followed nothing of a graph. */
  private GlobalOrderGrowth(GlobalOrder model, AtomicInteger widest, int cpus) {
    this.model = model;
    this.cpuCount = cpus;
    this.widest = widest;
    this.width = widest.get();
    this.before = new Rows(0, width);
    this.cpus = new Rows(of(cpus, 0), width);
  }

  private GlobalOrderGrowth(GlobalOrderGrowth other) {
    super(other);
    this.model = other.model;
    this.cpuCount = other.cpuCount;
    this.widest = other.widest;
    this.width = other.width;
    this.before = other.before.copy();
    this.cpus = other.cpus.copy();
  }

  @Override
  public GlobalOrderGrowth copy() {
    return new GlobalOrderGrowth(this);
  }

  @Override
  GlobalOrderGrowth begin(Graph graph) {
    GlobalOrderGrowth result = new GlobalOrderGrowth(model, widest, graph.cpus());
    for (int word = 0; word < graph.words(); word++) {
      result.enroll(word);
      result.markSeen(graph, word);
    }
    return result;
  }

  /** The row of what is before an access. */
  private static int of(int number) {
    return 2 * number;
  }

  /** Of a write: itself, its readers, and what is before these. All that is before the next one. */
  private static int seen(int number) {
    return 2 * number + 1;
  }

  private static int of(int cpu, int kind) {
    return cpu * KINDS + kind;
  }

  /** Gives an access a number, and empty sets. */
  private void enroll(int id) {
    int number = assign(id);
    if (number >= width << 6) {
      width = widest.accumulateAndGet((number >> 6) + 1, Math::max);
      before = before.widened(width);
      cpus = cpus.widened(width);
    }
    before.grow(of(number + 1));
    before.clear(of(number));
    before.clear(seen(number));
  }

  // One event.

  @Override
  boolean follow(Graph graph, int id, boolean isLast) {
    if (graph.event(id).isFence()) {
      pass(graph, id);
      return true;
    }
    enroll(id);
    takePredecessors(graph, id);
    int later = isLast ? NONE : later(graph, id);
    if (later != NONE) {
      if (before.has(of(number(id)), later)) {
        return false;
      }
      putBefore(number(id), later);
    }
    markSeen(graph, id);
    pass(graph, id);
    return true;
  }

  /** Nothing is known before its predecessors are. */
  @Override
  boolean refuses(Graph graph, int id) {
    return false;
  }

  /** Fills in the set of an access that nothing else depends on yet. */
  private void takePredecessors(Graph graph, int id) {
    Event event = graph.event(id);
    int row = of(number(id));
    if (!model.buffersStores() || event.isWrite() || isLocked(graph, id)) {
      before.or(row, cpus, of(event.cpu(), ALL));
    } else {
      before.or(row, cpus, of(event.cpu(), FENCED));
      before.or(row, cpus, of(event.cpu(), READS));
    }
    if (event.isWrite()) {
      int word = event.word().number();
      int place = graph.place(id) - 1;
      while (number(graph.write(word, place)) == NONE) {
        place--;
      }
      before.or(row, before, seen(number(graph.write(word, place))));
    } else if (isGlobal(graph, id)) {
      before.or(row, before, of(number(graph.rf(id))));
      before.add(row, number(graph.rf(id)));
    }
  }

  /** Whether what a read reads from is before it in the global order. */
  private boolean isGlobal(Graph graph, int read) {
    return !model.buffersStores() || graph.event(read).cpu() != graph.event(graph.rf(read)).cpu();
  }

  /** The number of the next write in coherence order that has been followed, or NONE. */
  private int later(Graph graph, int id) {
    int word = graph.event(id).word().number();
    for (int place = Placement.of(graph, id) + 1; place < graph.writes(word); place++) {
      int number = number(graph.write(word, place));
      if (number != NONE) {
        return number;
      }
    }
    return NONE;
  }

  private void markSeen(Graph graph, int id) {
    int row = seen(number(graph.writeOf(id)));
    before.or(row, before, of(number(id)));
    before.add(row, number(id));
  }

  /** Puts an access and all before it before another one and all after that. */
  private void putBefore(int number, int later) {
    for (int other = 0; other < end(); other++) {
      if (other == later || before.has(of(other), later)) {
        before.or(of(other), before, of(number));
        before.add(of(other), number);
      }
      if (before.has(seen(other), later)) {
        before.or(seen(other), before, of(number));
        before.add(seen(other), number);
      }
    }
    for (int row = 0; row < of(cpuCount, 0); row++) {
      if (cpus.has(row, later)) {
        cpus.or(row, before, of(number));
        cpus.add(row, number);
      }
    }
  }

  /** Goes past an event in program order. */
  private void pass(Graph graph, int id) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    if (!event.isFence()) {
      keep(of(cpu, ALL), number(id));
      if (event.isRead()) {
        keep(of(cpu, READS), number(id));
      }
    }
    if (event.isFence() ? GlobalOrder.isFullFence(event.fence()) : isLocked(graph, id)) {
      cpus.or(of(cpu, FENCED), cpus, of(cpu, ALL));
    }
  }

  private void keep(int row, int number) {
    cpus.or(row, before, of(number));
    cpus.add(row, number);
  }

  /** Whether an access is half of a read-modify-write that succeeds: a full fence on x86. */
  private static boolean isLocked(Graph graph, int id) {
    Event event = graph.event(id);
    return event.isRead() ? event.writesAfter(graph.value(id)) : Basics.isUpdateWrite(event);
  }

  // What is kept of a graph.

  @Override
  boolean keep(Graph graph, int[] kept) {
    Rows dead = new Rows(1, width);
    for (int cpu = 0; cpu < kept.length; cpu++) {
      for (int i = kept[cpu]; i < graph.length(cpu); i++) {
        int number = release(graph.at(cpu, i));
        if (number != NONE) {
          dead.add(0, number);
        }
      }
    }
    for (int number = 0; number < end(); number++) {
      if (isUsed(number) && !before.isDisjoint(of(number), dead, 0)) {
        return false;
      }
      before.clear(seen(number));
    }
    for (int word = 0; word < graph.words(); word++) {
      markSeen(graph, word);
    }
    for (int cpu = 0; cpu < kept.length; cpu++) {
      boolean isWhole = kept[cpu] == graph.length(cpu);
      for (int kind = 0; !isWhole && kind < KINDS; kind++) {
        cpus.clear(of(cpu, kind));
      }
      for (int i = 0; i < kept[cpu]; i++) {
        int id = graph.at(cpu, i);
        if (!graph.event(id).isFence()) {
          markSeen(graph, id);
        }
        if (!isWhole) {
          pass(graph, id);
        }
      }
    }
    return true;
  }

  @Override
  public Growth released(Graph graph, int unlock, int read) {
    enroll(unlock);
    int word = graph.event(unlock).word().number();
    seeAgain(graph, graph.write(word, graph.place(unlock) - 1));
    takePredecessors(graph, unlock);
    if (before.has(of(number(unlock)), number(read))) {
      return null;
    }
    putBefore(number(unlock), number(read));
    markSeen(graph, unlock);
    markSeen(graph, read);
    pass(graph, unlock);
    return this;
  }

  /** Works out anew what a write and its readers come after, when it has one reader less. */
  private void seeAgain(Graph graph, int write) {
    before.clear(seen(number(write)));
    markSeen(graph, write);
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).isRead() && graph.rf(id) == write) {
        markSeen(graph, id);
      }
    }
  }
}
