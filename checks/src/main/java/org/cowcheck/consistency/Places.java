package org.cowcheck.consistency;

import java.util.Arrays;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;

/**
 * The places of all accesses in the coherence orders of their words: of a write its own, of a read
 * that of its source. Coherence and atomicity are statements on them.
 */
final class Places {
  private int[] places = {};
  private int[] latest = {};

  /** Takes the places of a graph's accesses. */
  void take(Graph graph) {
    if (places.length < graph.size()) {
      places = new int[graph.size() + graph.size() / 2];
    }
    for (int word = 0; word < graph.words(); word++) {
      for (int place = 0; place < graph.writes(word); place++) {
        places[graph.write(word, place)] = place;
      }
    }
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).isRead()) {
        places[id] = places[graph.rf(id)];
      }
    }
  }

  int of(int id) {
    return places[id];
  }

  /**
   * LKMM: {@code acyclic po-loc | com as coherence} and {@code empty rmw & (fre ; coe) as atomic}.
   *
   * <p>A cycle of po-loc and com has two accesses of one CPU to one word of which the second sees,
   * or is, an older write than the first: places may not fall along po-loc, and rise at each write.
   * A read-modify-write is atomic if its write comes right after its source.
   */
  boolean areCoherentAndAtomic(Graph graph) {
    if (latest.length < graph.words()) {
      latest = new int[graph.words()];
    }
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      Arrays.fill(latest, 0);
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        Event event = graph.event(id);
        if (event.isFence()) {
          continue;
        }
        int word = event.word().number();
        if (places[id] < latest[word] + (event.isWrite() ? 1 : 0)
            || (Basics.isUpdateWrite(event) && places[id] != places[graph.at(cpu, i - 1)] + 1)) {
          return false;
        }
        latest[word] = places[id];
      }
    }
    return true;
  }
}
