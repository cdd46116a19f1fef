package org.cowcheck.consistency;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;

/**
 * Where an access stands in the coherence order of its word: a write at its own place, a read at
 * that of its source. Coherence and atomicity are statements on places.
 */
final class Placement {
  private Placement() {}

  /** The place of an access. */
  static int of(Graph graph, int id) {
    return graph.place(graph.writeOf(id));
  }

  /**
   * Whether an access is coherent with what its CPU has done right before, and parts no
   * read-modify-write from its source. If that is so of all, these axioms of LKMM hold: {@code
   * acyclic po-loc | com as coherence} and {@code empty rmw & (fre ; coe) as atomic}.
   *
   * <p>A cycle of po-loc and com has two accesses of one CPU to one word of which the second sees,
   * or is, an older write than the first: places may not fall along po-loc, and rise at each write.
   * A read-modify-write is atomic if its write comes right after its source.
   */
  static boolean isAllowed(Graph graph, int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      return true;
    }
    int place = of(graph, id);
    int before = graph.poLocBefore(event);
    if (before >= 0 && of(graph, before) > place - (event.isWrite() ? 1 : 0)) {
      return false;
    }
    int word = event.word().number();
    return event.isRead()
        || (isAtomic(graph, id)
            && (place + 1 == graph.writes(word) || isAtomic(graph, graph.write(word, place + 1))));
  }

  /** Whether a write, if it is that of a read-modify-write, comes right after its source. */
  private static boolean isAtomic(Graph graph, int write) {
    Event event = graph.event(write);
    return !Basics.isUpdateWrite(event)
        || graph.rf(graph.poBefore(write))
            == graph.write(event.word().number(), graph.place(write) - 1);
  }
}
