package org.cowcheck.explore;

import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;

/**
 * Takes the events of a graph in an order in which causes come first: what precedes an event in
 * program order, and what it reads from. It gets stuck at cycles of po | rf.
 */
final class Causality {
  private final Graph graph;
  private final EventSet taken;
  private int left;

  private Causality(Graph graph) {
    this.graph = graph;
    this.taken = EventSet.none(graph);
    this.left = graph.size();
  }

  /** All events taken that can be. */
  static Causality of(Graph graph) {
    Causality causality = new Causality(graph);
    causality.advance();
    return causality;
  }

  /** Whether po | rf has a cycle: some event has no causes that can all be taken before it. */
  boolean isCyclic() {
    return left > 0;
  }

  /** The first event of a CPU that is not taken: a read whose source is not; -1 if all are. */
  int stuckAt(int cpu) {
    for (int i = 0; i < graph.length(cpu); i++) {
      if (!taken.has(graph.at(cpu, i))) {
        return graph.at(cpu, i);
      }
    }
    return -1;
  }

  /**
   * Whether the CPUs that a CPU waits for, each stuck at a read from the next, lead back to it: the
   * read at which it is stuck is on a cycle of po | rf.
   */
  boolean waitsForItself(int cpu) {
    int next = cpu;
    for (int i = 0; i < graph.cpus() && stuckAt(next) >= 0; i++) {
      next = graph.event(graph.rf(stuckAt(next))).cpu();
      if (next == cpu) {
        return true;
      }
    }
    return false;
  }

  /** Takes a read whose source is not taken, and all events that can be then. */
  void take(int read) {
    taken.add(read);
    left--;
    advance();
  }

  private void advance() {
    for (boolean progress = true; progress; ) {
      progress = false;
      for (int id = 0; id < graph.size(); id++) {
        boolean ready =
            !taken.has(id)
                && (graph.poBefore(id) < 0 || taken.has(graph.poBefore(id)))
                && (!graph.event(id).isRead() || taken.has(graph.rf(id)));
        if (ready) {
          taken.add(id);
          left--;
          progress = true;
        }
      }
    }
  }
}
