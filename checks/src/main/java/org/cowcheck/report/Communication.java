package org.cowcheck.report;

import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;

/** Communication between CPUs: rfe, and the immediate edges of coe and fre. */
final class Communication {
  private Communication() {}

  /** Adds an access, and the stores of other CPUs that it reads from or right before. */
  static void add(Graph graph, int access, Set<Integer> to) {
    Event event = graph.event(access);
    int write = graph.writeOf(access);
    addIfOther(graph, access, write, to);
    int word = event.word().number();
    int next = graph.place(write) + 1;
    if (next < graph.writes(word)) {
      addIfOther(graph, access, graph.write(word, next), to);
    }
  }

  private static void addIfOther(Graph graph, int access, int write, Set<Integer> to) {
    Event event = graph.event(write);
    if (!event.isInitial() && event.cpu() != graph.event(access).cpu()) {
      to.add(access);
      to.add(write);
    }
  }
}
