package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Deque;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;

/**
 * LKMM's rcu-order, for two kinds of grace period: synchronize_rcu(), which waits for RCU sections
 * and for sections with IRQs off (one flavour since v5.0), and a synchronous IPI, which waits for
 * sections with IRQs off only.
 *
 * <p>A sequence with at least as many grace periods as read-side critical sections, each grace
 * period matched with sections of its kind, orders like a fence between CPUs. This is the recursive
 * definition of linux-kernel.cat, with one term per kind where cat has one for RCU and one for each
 * SRCU domain.
 */
final class GracePeriods {
  private GracePeriods() {}

  private enum Domain {
    RCU(Fence.SYNCHRONIZE_RCU, ImmutableList.of(Fence.RCU_READ_LOCK, Fence.LOCAL_IRQ_SAVE)),
    IPI(Fence.IPI_SYNC, ImmutableList.of(Fence.LOCAL_IRQ_SAVE));

    final Fence wait;
    final ImmutableList<Fence> begins;

    Domain(Fence wait, ImmutableList<Fence> begins) {
      this.wait = wait;
      this.begins = begins;
    }
  }

  /** Whether the graph has a grace period at all; if not, the axiom holds and is not looked at. */
  static boolean any(Graph graph) {
    for (int id = 0; id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.isFence() && event.fence().isGracePeriod()) {
        return true;
      }
    }
    return false;
  }

  /**
   * rcu-order, given rcu-link: what leads from one grace period or section to the next.
   *
   * <p>LKMM: {@code let rec rcu-order}.
   */
  static Relation order(Basics basics, Relation link) {
    Relation order = Relation.none(basics.graph);
    for (Domain domain : Domain.values()) {
      Relation gp = gracePeriods(basics, domain);
      Relation rscsi = sections(basics.graph, domain).inverse();
      order = order.or(gp).or(gp.then(link).then(rscsi)).or(rscsi.then(link).then(gp));
    }
    while (true) {
      Relation linked = link.then(order).then(link);
      Relation next = order.or(order.then(link).then(order));
      for (Domain domain : Domain.values()) {
        Relation gp = gracePeriods(basics, domain);
        Relation rscsi = sections(basics.graph, domain).inverse();
        next = next.or(gp.then(linked).then(rscsi)).or(rscsi.then(linked).then(gp));
      }
      if (next.equals(order)) {
        return order;
      }
      order = next;
    }
  }

  /** LKMM: {@code let rcu-gp = [Sync-rcu]}. */
  private static Relation gracePeriods(Basics basics, Domain domain) {
    return Relation.identity(
        basics.graph, basics.set(event -> event.isFence() && event.fence() == domain.wait));
  }

  /** LKMM: {@code rcu-rscs}, the matching pairs of nested lock and unlock. */
  private static Relation sections(Graph graph, Domain domain) {
    Relation sections = Relation.none(graph);
    for (Fence begin : domain.begins) {
      Fence end = begin == Fence.RCU_READ_LOCK ? Fence.RCU_READ_UNLOCK : Fence.LOCAL_IRQ_RESTORE;
      for (int cpu = 0; cpu < graph.cpus(); cpu++) {
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < graph.length(cpu); i++) {
          int id = graph.at(cpu, i);
          Fence fence = graph.event(id).fence();
          if (fence == begin) {
            open.push(id);
          } else if (fence == end && !open.isEmpty()) {
            sections.add(open.pop(), id);
          }
        }
      }
    }
    return sections;
  }
}
