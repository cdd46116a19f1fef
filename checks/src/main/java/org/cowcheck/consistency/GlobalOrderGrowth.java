package org.cowcheck.consistency;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Rows;

/**
 * The growth of a graph under {@link GlobalOrder}: per event the set of all events before it in the
 * global order, transitively closed.
 *
 * <p>An event that is added where it orders nothing before anything else gets the union of the sets
 * of what comes right before it. One that reads an older write, or is placed in the middle of
 * coherence order, comes before the next write of its word, too: that is a cycle if the next write
 * is before it already, else its set is added to those of all events after the next write.
 *
 * <p>Bits are ids.
 */
final class GlobalOrderGrowth implements Growth {
  /** Per CPU: all accesses so far. */
  private static final int ALL = 0;

  /** Per CPU: the reads so far. */
  private static final int READS = 1;

  /** Per CPU: what a full fence orders before all that follows. */
  private static final int FENCED = 2;

  private static final int KINDS = 3;

  /** Room for so many events before everything is worked out anew. */
  private static final int HEADROOM = 16;

  private final GlobalOrder model;
  private int width;

  /** Per event, in row {@link #of}, what is before it; per write, in {@link #seen}, more. */
  private Rows before;

  /** The sets of the CPUs, with all that is before what is in them. */
  private Rows cpus;

  private Scratch scratch;

  /** What is needed only while everything is worked out anew. */
  private static final class Scratch {
    final Places places = new Places();
    int width;

    /** Per event, in row {@link #of}, what is right before it; of program order, more. */
    Rows direct;

    /** One row: whose sets are closed. */
    Rows done;

    void prepare(Graph graph, int newWidth) {
      if (width != newWidth) {
        width = newWidth;
        direct = new Rows(GlobalOrderGrowth.of(graph.size()), width);
        done = new Rows(1, width);
      }
      direct.reset(GlobalOrderGrowth.of(graph.size()));
      done.clear(0);
      places.take(graph);
    }
  }

  GlobalOrderGrowth(GlobalOrder model) {
    this.model = model;
  }

  private GlobalOrderGrowth(GlobalOrderGrowth other) {
    this.model = other.model;
    this.width = other.width;
    this.before = other.before.copy();
    this.cpus = other.cpus.copy();
  }

  @Override
  public Growth copy() {
    return new GlobalOrderGrowth(this);
  }

  @Override
  public Growth of(Graph graph) {
    GlobalOrderGrowth result = new GlobalOrderGrowth(model);
    result.scratch = scratch == null ? new Scratch() : scratch;
    boolean consistent = result.restart(graph);
    scratch = result.scratch;
    result.scratch = null;
    return consistent ? result : null;
  }

  private static int of(int id) {
    return 2 * id;
  }

  /** Of a write: itself, its readers, and what is before these. All that is before the next one. */
  private static int seen(int write) {
    return 2 * write + 1;
  }

  private static int of(int cpu, int kind) {
    return cpu * KINDS + kind;
  }

  @Override
  public void add(Graph graph, int id) {
    if (id >= width << 6) {
      scratch = new Scratch();
      restart(graph);
      return;
    }
    before.grow(of(id + 1));
    if (!graph.event(id).isFence()) {
      takePredecessors(graph, id);
      markSeen(graph, id);
    }
    pass(graph, id, true);
  }

  @Override
  public Growth with(Graph graph, int id) {
    if (id >= width << 6) {
      return of(graph);
    }
    Event event = graph.event(id);
    int word = event.word().number();
    int next = graph.place(event.isRead() ? graph.rf(id) : id) + 1;
    int later = next < graph.writes(word) ? graph.write(word, next) : -1;
    if (event.isWrite() && later >= 0 && Basics.isUpdateWrite(graph.event(later))) {
      return null; // It would come between that update and its source.
    }
    before.grow(of(id + 1));
    takePredecessors(graph, id);
    if (later >= 0 && before.has(of(id), later)) {
      return null;
    }
    GlobalOrderGrowth result = new GlobalOrderGrowth(this);
    if (later >= 0) {
      result.putBefore(graph, id, later);
    }
    result.markSeen(graph, id);
    result.pass(graph, id, true);
    return result;
  }

  @Override
  public Growth released(Graph graph, int unlock, int read) {
    if (unlock >= width << 6) {
      return of(graph);
    }
    before.grow(of(unlock + 1));
    int word = graph.event(unlock).word().number();
    seeAgain(graph, graph.write(word, graph.place(unlock) - 1));
    takePredecessors(graph, unlock);
    if (before.has(of(unlock), read)) {
      return null;
    }
    putBefore(graph, unlock, read);
    markSeen(graph, unlock);
    markSeen(graph, read);
    pass(graph, unlock, true);
    return this;
  }

  /** Works out anew what a write and its readers come after, when it has one reader less. */
  private void seeAgain(Graph graph, int write) {
    before.clear(seen(write));
    markSeen(graph, write);
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).isRead() && graph.rf(id) == write) {
        markSeen(graph, id);
      }
    }
  }

  /** Fills in the set of an access that nothing else depends on yet. */
  private void takePredecessors(Graph graph, int id) {
    Event event = graph.event(id);
    before.clear(of(id));
    before.clear(seen(id));
    addPreserved(graph, id, before);
    if (event.isWrite()) {
      int word = event.word().number();
      before.or(of(id), before, seen(graph.write(word, graph.place(id) - 1)));
    } else if (isGlobal(graph, id)) {
      before.or(of(id), before, of(graph.rf(id)));
      before.add(of(id), graph.rf(id));
    }
  }

  /** Whether what a read reads from is before it in the global order. */
  private boolean isGlobal(Graph graph, int read) {
    return !model.buffersStores() || graph.event(read).cpu() != graph.event(graph.rf(read)).cpu();
  }

  private void markSeen(Graph graph, int id) {
    int write = graph.event(id).isRead() ? graph.rf(id) : id;
    before.or(seen(write), before, of(id));
    before.add(seen(write), id);
  }

  /** Puts an access and all before it before another one and all after that. */
  private void putBefore(Graph graph, int id, int later) {
    for (int row = 0; row < of(id); row++) {
      if (row == of(later) || before.has(row, later)) {
        before.or(row, before, of(id));
        before.add(row, id);
      }
    }
    for (int row = 0; row < of(graph.cpus(), 0); row++) {
      if (cpus.has(row, later)) {
        cpus.or(row, before, of(id));
        cpus.add(row, id);
      }
    }
  }

  // Program order.

  /** Adds to the row of an access what the model keeps before it in program order. */
  private void addPreserved(Graph graph, int id, Rows rows) {
    Event event = graph.event(id);
    if (!model.buffersStores() || event.isWrite() || isLocked(graph, id)) {
      rows.or(of(id), cpus, of(event.cpu(), ALL));
    } else {
      rows.or(of(id), cpus, of(event.cpu(), FENCED));
      rows.or(of(id), cpus, of(event.cpu(), READS));
    }
  }

  /** Goes past an event in program order, with or without what is before it. */
  private void pass(Graph graph, int id, boolean closed) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    if (!event.isFence()) {
      keep(of(cpu, ALL), id, closed);
      if (event.isRead()) {
        keep(of(cpu, READS), id, closed);
      }
    }
    if (event.isFence() ? GlobalOrder.isFullFence(event.fence()) : isLocked(graph, id)) {
      cpus.or(of(cpu, FENCED), cpus, of(cpu, ALL));
    }
  }

  private void keep(int row, int id, boolean closed) {
    if (closed) {
      cpus.or(row, before, of(id));
    }
    cpus.add(row, id);
  }

  /** Whether an access is half of a read-modify-write that succeeds: a full fence on x86. */
  private static boolean isLocked(Graph graph, int id) {
    Event event = graph.event(id);
    return event.isRead() ? event.writesAfter(graph.value(id)) : Basics.isUpdateWrite(event);
  }

  // Anew.

  private boolean restart(Graph graph) {
    prepare(graph);
    if (!scratch.places.areCoherentAndAtomic(graph)) {
      return false;
    }
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int i = 0; i < graph.length(cpu); i++) {
        addDirect(graph, graph.at(cpu, i));
        pass(graph, graph.at(cpu, i), false);
      }
    }
    if (!close(graph)) {
      return false;
    }
    cpus.reset(of(graph.cpus(), 0));
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int i = 0; i < graph.length(cpu); i++) {
        if (!graph.event(graph.at(cpu, i)).isFence()) {
          markSeen(graph, graph.at(cpu, i));
        }
        pass(graph, graph.at(cpu, i), true);
      }
    }
    return true;
  }

  private void prepare(Graph graph) {
    width = (graph.size() + HEADROOM + 63) >> 6;
    before = new Rows(of(graph.size() + HEADROOM), width);
    cpus = new Rows(of(graph.cpus(), 0), width);
    scratch.prepare(graph, width);
    for (int word = 0; word < graph.words(); word++) {
      before.add(seen(word), word);
      scratch.done.add(0, word);
    }
  }

  /** What is right before an access; of program order, perhaps all of it. */
  private void addDirect(Graph graph, int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      scratch.done.add(0, id);
      return;
    }
    addPreserved(graph, id, scratch.direct);
    int word = event.word().number();
    int place = scratch.places.of(id);
    if (event.isWrite()) {
      scratch.direct.add(of(id), graph.write(word, place - 1));
      return;
    }
    if (isGlobal(graph, id)) {
      scratch.direct.add(of(id), graph.rf(id));
    }
    if (place + 1 < graph.writes(word)) {
      scratch.direct.add(of(graph.write(word, place + 1)), id);
    }
  }

  /** Closes the sets, each after those that it needs; false if there is a cycle. */
  private boolean close(Graph graph) {
    int[] next = new int[graph.cpus()];
    boolean progress = true;
    while (progress) {
      progress = false;
      for (int cpu = 0; cpu < next.length; cpu++) {
        progress |= close(graph, cpu, next[cpu]);
        while (next[cpu] < graph.length(cpu) && scratch.done.has(0, graph.at(cpu, next[cpu]))) {
          next[cpu]++;
        }
      }
    }
    for (int cpu = 0; cpu < next.length; cpu++) {
      if (next[cpu] < graph.length(cpu)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Closes the sets of a CPU's events from an index on, as far as that is possible; whether any.
   */
  private boolean close(Graph graph, int cpu, int from) {
    boolean progress = false;
    for (int i = from; i < graph.length(cpu); i++) {
      int id = graph.at(cpu, i);
      if (scratch.done.has(0, id)) {
        continue;
      }
      if (scratch.direct.isWithin(of(id), scratch.done, 0)) {
        before.close(of(id), scratch.direct, of(id), 2);
        scratch.done.add(0, id);
        progress = true;
      } else if (!model.buffersStores() || graph.event(id).isRead()) {
        break; // All that follows in program order needs it.
      }
    }
    return progress;
  }
}
