package org.cowcheck.consistency;

import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;

/** Relations between a few events of a graph, by the numbers of these events among themselves. */
final class Compressed {
  private final int[] ids;
  private final int size;
  private final int of;

  Compressed(Graph graph, EventSet events) {
    this.of = graph.size();
    int[] found = new int[of];
    int count = 0;
    for (int id = 0; id < of; id++) {
      if (events.has(id)) {
        found[count++] = id;
      }
    }
    this.ids = found;
    this.size = count;
  }

  /** How many events there are. */
  int size() {
    return size;
  }

  /** The part of a relation of the graph that is between these events. */
  Relation compress(Relation relation) {
    Relation result = new Relation(size);
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        if (relation.has(ids[from], ids[to])) {
          result.add(from, to);
        }
      }
    }
    return result;
  }

  /** The relation of the graph that is this between these events, and nothing else. */
  Relation expand(Relation relation) {
    Relation result = new Relation(of);
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        if (relation.has(from, to)) {
          result.add(ids[from], ids[to]);
        }
      }
    }
    return result;
  }
}
