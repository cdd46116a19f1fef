package org.cowcheck.consistency;

import java.util.ArrayList;
import java.util.List;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;

/**
 * A quick look at the grace periods of a complete graph, which spares most of them the whole of
 * {@link GracePeriods}.
 *
 * <p>Whatever a model orders lies in {@code (po | rf | co | fr)+}, and so does rcu-link. If that
 * has no cycle, the graph is an interleaving; and if there, from one grace period or section to the
 * next, no grace period leads back to itself, then it does so under no model. Kinds of grace period
 * are not told apart for that.
 */
final class InterleavedGracePeriods {
  private final Graph graph;

  /** From a grace period to itself, from a section's unlock to its lock. */
  private final List<Span> spans = new ArrayList<>();

  /** How many of the spans are grace periods: the first ones. */
  private int gracePeriods;

  /** Per event the spans whose exits lead to it, as bits; of an exit, itself among them. */
  private final long[] before;

  /** Per write the spans that lead to the next write of its word. */
  private final long[] seen;

  /** Per write how many of its readers are not done. */
  private final int[] readers;

  private final boolean[] done;
  private final boolean isInterleaving;

  /** What leads from one event of a CPU to another. */
  private record Span(int entry, int exit) {}

  /** Looks at a graph. */
  InterleavedGracePeriods(Graph graph) {
    this.graph = graph;
    this.before = new long[graph.size()];
    this.seen = new long[graph.size()];
    this.readers = new int[graph.size()];
    this.done = new boolean[graph.size()];
    findSpans();
    this.isInterleaving = spans.size() <= Long.SIZE && followAll();
  }

  /** Whether every grace period is known to wait for its sections, under any model. */
  boolean areKept() {
    return isInterleaving && !leadsBack();
  }

  /** Whether the graph is known to be an interleaving. */
  boolean isInterleaving() {
    return isInterleaving;
  }

  /** Whether grace periods wait for their sections under SC, if the graph is an interleaving. */
  boolean areKeptUnderSc() {
    Relation link = Relation.none(graph);
    for (int from = 0; from < spans.size(); from++) {
      for (int to = 0; to < spans.size(); to++) {
        if ((before(to) & 1L << from) != 0) {
          link.add(spans.get(from).exit, spans.get(to).entry);
        }
      }
    }
    return GracePeriods.order(graph, relation -> relation.then(link)).then(link).isIrreflexive();
  }

  private void findSpans() {
    for (int id = graph.words(); id < graph.size(); id++) {
      Fence fence = graph.event(id).fence();
      if (fence != null && fence.isGracePeriod()) {
        spans.add(new Span(id, id));
      }
    }
    gracePeriods = spans.size();
    addSections(Fence.RCU_READ_LOCK, Fence.RCU_READ_UNLOCK);
    addSections(Fence.SRCU_READ_LOCK, Fence.SRCU_READ_UNLOCK);
    addSections(Fence.LOCAL_IRQ_SAVE, Fence.LOCAL_IRQ_RESTORE);
  }

  private void addSections(Fence lock, Fence unlock) {
    for (Sections.Section section : Sections.of(graph, lock, unlock).pairs()) {
      spans.add(new Span(section.unlock(), section.lock()));
    }
  }

  /** Follows all events in an order of po | rf | co | fr; false if it has a cycle. */
  private boolean followAll() {
    for (int id = 0; id < graph.size(); id++) {
      done[id] = graph.event(id).isInitial();
      if (graph.event(id).isRead()) {
        readers[graph.rf(id)]++;
      }
    }
    int[] next = new int[graph.cpus()];
    int left = graph.size() - graph.words();
    boolean progress = true;
    while (left > 0 && progress) {
      progress = false;
      for (int cpu = 0; cpu < next.length; cpu++) {
        while (next[cpu] < graph.length(cpu) && follow(graph.at(cpu, next[cpu]))) {
          next[cpu]++;
          left--;
          progress = true;
        }
      }
    }
    return left == 0;
  }

  /** Works out what leads to an event, if what it follows is done. */
  private boolean follow(int id) {
    Event event = graph.event(id);
    long reached = 0;
    if (event.isRead()) {
      int source = graph.rf(id);
      if (!done[source]) {
        return false;
      }
      reached = before[source];
    } else if (event.isWrite()) {
      int last = graph.write(event.word().number(), graph.place(id) - 1);
      if (!done[last] || readers[last] > 0) {
        return false;
      }
      reached = seen[last];
    }
    int previous = graph.poBefore(id);
    if (previous >= 0) {
      reached |= before[previous];
    }
    if (event.isFence()) {
      reached |= exits(id);
    } else {
      int write = event.isRead() ? graph.rf(id) : id;
      seen[write] |= reached;
      readers[write] -= event.isRead() ? 1 : 0;
    }
    before[id] = reached;
    done[id] = true;
    return true;
  }

  /** The spans that lead on from a fence. */
  private long exits(int fence) {
    long exits = 0;
    for (int span = 0; span < spans.size(); span++) {
      exits |= spans.get(span).exit == fence ? 1L << span : 0;
    }
    return exits;
  }

  /** Whether a grace period leads to itself, over others and sections. */
  private boolean leadsBack() {
    for (int start = 0; start < gracePeriods; start++) {
      long reached = 0;
      long last = 1L << start;
      while ((last & ~reached) != 0) {
        reached |= last;
        last = 0;
        for (int span = 0; span < spans.size(); span++) {
          last |= (before(span) & reached) != 0 ? 1L << span : 0;
        }
      }
      if ((before(start) & reached) != 0) {
        return true;
      }
    }
    return false;
  }

  /** The spans that lead to a span's entry; a grace period does not lead to itself at once. */
  private long before(int span) {
    long to = before[spans.get(span).entry];
    return span < gracePeriods ? to & ~(1L << span) : to;
  }
}
