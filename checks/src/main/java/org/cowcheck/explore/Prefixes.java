package org.cowcheck.explore;

import java.util.Arrays;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;

/**
 * What comes before the events of one graph in (po | rf)+, as it grows: per event, how many events
 * of each CPU, itself included.
 *
 * <p>A lock follows the lock of the section before it; only what comes after the lock, or reads
 * from it without being a lock, follows that section's unlock, too ({@link LockChain}). So an
 * unlock that takes over as the source of a lock that waits changes nothing here, and an event is
 * worked out once.
 */
final class Prefixes {
  private final Graph graph;

  /** Per event, by id, its prefix; null if it is not worked out yet. */
  private int[][] prefixes;

  Prefixes(Graph graph) {
    this.graph = graph;
    this.prefixes = new int[graph.size() + graph.size() / 2][];
  }

  /** What comes before an event that is about to be added. */
  int[] before(Event event) {
    int[] prefix = new int[graph.cpus()];
    if (event.index() > 0) {
      join(prefix, graph.at(event.cpu(), event.index() - 1));
      if (isAfterLock(event)) {
        join(prefix, graph.rf(graph.at(event.cpu(), event.index() - 2)));
      }
    }
    return prefix;
  }

  /** What comes before whatever sees a lock that is taken, the lock itself apart. */
  int[] untilTaken(Event lock) {
    int[] prefix = before(lock);
    join(prefix, graph.rf(graph.at(lock.cpu(), lock.index() - 1)));
    return prefix;
  }

  private boolean isAfterLock(Event event) {
    return event.index() > 0
        && graph.event(graph.at(event.cpu(), event.index() - 1)).lockRole() == LockRole.LOCK_WRITE;
  }

  private void join(int[] prefix, int id) {
    if (graph.event(id).isInitial()) {
      return;
    }
    int[] other = of(id);
    for (int cpu = 0; cpu < prefix.length; cpu++) {
      prefix[cpu] = Math.max(prefix[cpu], other[cpu]);
    }
  }

  private int[] of(int id) {
    if (prefixes.length < graph.size()) {
      prefixes = Arrays.copyOf(prefixes, graph.size() + graph.size() / 2);
    }
    Event event = graph.event(id);
    int first = event.index();
    while (first >= 0 && prefixes[graph.at(event.cpu(), first)] == null) {
      first--;
    }
    for (int i = first + 1; i <= event.index(); i++) {
      workOut(graph.at(event.cpu(), i));
    }
    return prefixes[id];
  }

  private void workOut(int id) {
    Event event = graph.event(id);
    int[] prefix = before(event);
    if (event.isRead()) {
      int source = LockChain.source(graph, id);
      join(prefix, source);
      if (!LockChain.isChained(event) && graph.event(source).lockRole() == LockRole.LOCK_WRITE) {
        join(prefix, graph.rf(graph.poBefore(source)));
      }
    }
    prefix[event.cpu()] = event.index() + 1;
    prefixes[id] = prefix;
  }
}
