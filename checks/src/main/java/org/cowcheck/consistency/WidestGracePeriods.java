package org.cowcheck.consistency;

import java.util.ArrayList;
import java.util.List;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Fence;

/**
 * A quick look at the grace periods of a complete graph, which spares most of them the whole of
 * {@link GracePeriods}.
 *
 * <p>Whatever a model orders lies in {@code (po | rf | co | fr)+}, and so does its rcu-link. If
 * rcu-order leads no grace period back to itself even with all of that for rcu-link, then it does
 * so under no model. Under SC that is rcu-link.
 */
final class WidestGracePeriods {
  private final Graph graph;

  /** From a grace period to itself, from a section's unlock to its lock. */
  private final List<Span> spans = new ArrayList<>();

  /** How many of the spans are grace periods: the first ones. */
  private int gracePeriods;

  /** Per grace period, as bits, the sections that it waits for. */
  private long[] awaited;

  /** Per span those that it leads to: from its exit to their entry. */
  private long[] link;

  /** Per span those that it leads to in rcu-order: from its entry to their exit. */
  private long[] order;

  /** What leads from one event of a CPU to another. */
  private record Span(int entry, int exit) {}

  /** Looks at a graph. */
  WidestGracePeriods(Graph graph) {
    this.graph = graph;
    findSpans();
    if (isKnown()) {
      findAwaited();
      findLinks();
      findOrder();
    }
  }

  /** Whether there are few enough grace periods and sections for an answer. */
  boolean isKnown() {
    return spans.size() <= Long.SIZE;
  }

  /** Whether every grace period is known to wait for its sections, under any model. */
  boolean areKept() {
    for (int span = 0; isKnown() && span < spans.size(); span++) {
      if ((of(link, order[span]) & bit(span)) != 0) {
        return false;
      }
    }
    return isKnown();
  }

  private static long bit(int span) {
    return 1L << span;
  }

  /** What one of some spans leads to. */
  private static long of(long[] relation, long spans) {
    long result = 0;
    for (long left = spans; left != 0; left &= left - 1) {
      result |= relation[Long.numberOfTrailingZeros(left)];
    }
    return result;
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

  private void findAwaited() {
    awaited = new long[gracePeriods];
    for (int gp = 0; gp < gracePeriods; gp++) {
      Event waiting = graph.event(spans.get(gp).entry);
      for (int span = gracePeriods; span < spans.size(); span++) {
        if (Sections.waitsFor(waiting, graph.event(spans.get(span).exit))) {
          awaited[gp] |= bit(span);
        }
      }
    }
  }

  /** Follows all events along po | rf | co | fr, again and again, until nothing is new. */
  private void findLinks() {
    long[] exits = new long[graph.size()];
    for (int span = 0; span < spans.size(); span++) {
      exits[spans.get(span).exit] |= bit(span);
    }
    long[] before = new long[graph.size()]; // the spans whose exits lead to an event
    long[] seen = new long[graph.size()]; // those whose exits lead to a write or a reader of it
    boolean isNew = true;
    while (isNew) {
      isNew = false;
      for (int cpu = 0; cpu < graph.cpus(); cpu++) {
        long reached = 0;
        for (int i = 0; i < graph.length(cpu); i++) {
          int id = graph.at(cpu, i);
          Event event = graph.event(id);
          if (event.isFence()) {
            reached |= exits[id];
          } else if (event.isRead()) {
            reached |= before[graph.rf(id)];
            seen[graph.rf(id)] |= reached;
          } else {
            reached |= seen[graph.write(event.word().number(), graph.place(id) - 1)];
            seen[id] |= reached;
          }
          isNew |= before[id] != reached;
          before[id] = reached;
        }
      }
    }
    link = new long[spans.size()];
    for (int to = 0; to < spans.size(); to++) {
      int previous = graph.poBefore(spans.get(to).entry);
      for (int from = 0; previous >= 0 && from < spans.size(); from++) {
        link[from] |= (before[previous] & bit(from)) != 0 ? bit(to) : 0;
      }
    }
  }

  /** LKMM: {@code let rec rcu-order}, each kind of grace period with its sections. */
  private void findOrder() {
    order = new long[spans.size()];
    for (int gp = 0; gp < gracePeriods; gp++) {
      order[gp] = bit(gp);
    }
    boolean isNew = true;
    while (isNew) {
      isNew = false;
      for (int span = 0; span < spans.size(); span++) {
        long linked = link[span] | of(link, of(order, link[span]));
        long next = order[span] | of(order, of(link, order[span])) | matched(span, linked);
        isNew |= next != order[span];
        order[span] = next;
      }
    }
  }

  /** The spans among some that match one: a grace period and a section that it waits for. */
  private long matched(int span, long others) {
    if (span < gracePeriods) {
      return others & awaited[span];
    }
    long result = 0;
    for (int gp = 0; gp < gracePeriods; gp++) {
      result |= (awaited[gp] & bit(span)) != 0 ? others & bit(gp) : 0;
    }
    return result;
  }
}
