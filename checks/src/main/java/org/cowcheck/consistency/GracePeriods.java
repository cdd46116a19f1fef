package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.function.UnaryOperator;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Word;

/**
 * LKMM's rcu-order, for three kinds of grace period: synchronize_rcu(), which waits for RCU
 * sections and for sections with IRQs off (one flavour since v5.0); synchronize_srcu(), which waits
 * for the sections of its srcu_struct; and a synchronous IPI, which waits for sections with IRQs
 * off only.
 *
 * <p>A sequence with at least as many grace periods as read-side critical sections, each grace
 * period matched with sections of its kind, orders like a fence between CPUs. This is the recursive
 * definition of linux-kernel.cat, with one term per kind and srcu_struct.
 */
final class GracePeriods {
  private GracePeriods() {}

  /**
   * One kind of grace period, in a graph.
   *
   * @param gp LKMM: {@code [Sync-rcu]}, {@code [Sync-srcu]} of one location
   * @param rscsi LKMM: {@code rcu-rscs^-1}, {@code srcu-rscs^-1} of one location
   */
  private record Domain(Relation gp, Relation rscsi) {}

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
   * <p>LKMM: {@code let rec rcu-order}. Few events are grace periods or ends of sections, and
   * rcu-link relates most events: so it is never made as a whole, but once from these few to these.
   *
   * @param thenLink a relation, then rcu-link
   */
  static Relation order(Graph graph, UnaryOperator<Relation> thenLink) {
    ImmutableList<Domain> domains = domains(graph);
    EventSet few = EventSet.of(graph, event -> event.isFence() && event.fence().isSectional());
    Relation link = thenLink.apply(Relation.identity(graph, few)).to(few);
    Relation order = Relation.none(graph);
    for (Domain domain : domains) {
      order =
          order
              .or(domain.gp)
              .or(domain.gp.then(link).then(domain.rscsi))
              .or(domain.rscsi.then(link).then(domain.gp));
    }
    while (true) {
      Relation linked = link.then(order).then(link);
      Relation next = order.or(order.then(link).then(order));
      for (Domain domain : domains) {
        next =
            next.or(domain.gp.then(linked).then(domain.rscsi))
                .or(domain.rscsi.then(linked).then(domain.gp));
      }
      if (next.equals(order)) {
        return order;
      }
      order = next;
    }
  }

  /** RCU, IPI, and each srcu_struct that is waited for. */
  private static ImmutableList<Domain> domains(Graph graph) {
    ImmutableSet.Builder<Word> srcuStructs = ImmutableSet.builder();
    for (int id = 0; id < graph.size(); id++) {
      if (graph.event(id).fence() == Fence.SYNCHRONIZE_SRCU) {
        srcuStructs.add(graph.event(id).domain());
      }
    }
    Relation rcu = sections(graph, Fence.RCU_READ_LOCK, Fence.RCU_READ_UNLOCK, null);
    Relation irq = sections(graph, Fence.LOCAL_IRQ_SAVE, Fence.LOCAL_IRQ_RESTORE, null);
    ImmutableList.Builder<Domain> domains = ImmutableList.builder();
    domains.add(new Domain(waits(graph, Fence.SYNCHRONIZE_RCU, null), rcu.or(irq).inverse()));
    domains.add(new Domain(waits(graph, Fence.IPI_SYNC, null), irq.inverse()));
    for (Word srcu : srcuStructs.build()) {
      domains.add(
          new Domain(
              waits(graph, Fence.SYNCHRONIZE_SRCU, srcu),
              sections(graph, Fence.SRCU_READ_LOCK, Fence.SRCU_READ_UNLOCK, srcu).inverse()));
    }
    return domains.build();
  }

  private static Relation waits(Graph graph, Fence fence, Word srcu) {
    return Relation.identity(
        graph, EventSet.of(graph, event -> event.fence() == fence && event.domain() == srcu));
  }

  /** LKMM: {@code rcu-rscs} and {@code srcu-rscs}, the latter of one srcu_struct. */
  private static Relation sections(Graph graph, Fence lock, Fence unlock, Word srcu) {
    Relation result = Relation.none(graph);
    for (Sections.Section section : Sections.of(graph, lock, unlock).pairs()) {
      if (graph.event(section.lock()).domain() == srcu) {
        result.add(section.lock(), section.unlock());
      }
    }
    return result;
  }
}
