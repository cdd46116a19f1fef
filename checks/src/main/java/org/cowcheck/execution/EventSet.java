package org.cowcheck.execution;

import java.util.Arrays;
import java.util.function.Predicate;

/** A set of events of one graph, by id. */
public final class EventSet {
  final long[] bits;

  EventSet(int size) {
    bits = new long[(size + 63) >>> 6];
  }

  /** The events of a graph that satisfy a condition. */
  public static EventSet of(Graph graph, Predicate<Event> condition) {
    EventSet set = new EventSet(graph.size());
    for (int id = 0; id < graph.size(); id++) {
      if (condition.test(graph.event(id))) {
        set.add(id);
      }
    }
    return set;
  }

  /** An empty set for events of a graph. */
  public static EventSet none(Graph graph) {
    return new EventSet(graph.size());
  }

  public boolean isEmpty() {
    return Arrays.stream(bits).allMatch(word -> word == 0);
  }

  public boolean has(int id) {
    return (bits[id >>> 6] & 1L << id) != 0;
  }

  /** Adds an event; says whether it was not yet in the set. */
  public boolean add(int id) {
    boolean absent = !has(id);
    bits[id >>> 6] |= 1L << id;
    return absent;
  }
}
