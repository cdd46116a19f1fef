package org.cowcheck.consistency;

import java.util.function.UnaryOperator;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;

/**
 * What SC and TSO have in common: one acyclic order of all accesses, made of the preserved program
 * order and of communication.
 */
abstract class GlobalOrder implements MemoryModel {

  /** The program order that the model preserves, between accesses. */
  abstract Relation preserved(Basics basics);

  /** The part of rf that is ordered globally. */
  abstract Relation globalRf(Basics basics);

  /** Whether a CPU may read its own store before others see it, and read others before. */
  abstract boolean buffersStores();

  /** Whether a fence orders stores before later loads. */
  static boolean isFullFence(Fence fence) {
    return fence.isFullBarrier() || fence.isGracePeriod();
  }

  private Relation globalOrder(Basics basics) {
    return preserved(basics).or(globalRf(basics)).or(basics.co).or(basics.fr);
  }

  /** po from a read to a write is preserved, and rf between CPUs is global. */
  @Override
  public final boolean allowsLoadBuffering() {
    return false;
  }

  @Override
  public final Relation beforeWithoutCo(Graph graph) {
    Basics basics = new Basics(graph);
    return preserved(basics).or(globalRf(basics));
  }

  @Override
  public final boolean mayGrow(Graph graph) {
    Basics basics = new Basics(graph);
    return Coherence.isCoherent(basics)
        && Coherence.isAtomic(basics)
        && globalOrder(basics).isAcyclic();
  }

  @Override
  public final Growth growth() {
    return new GlobalOrderGrowth(this);
  }

  @Override
  public final boolean skipsSections(Graph graph) {
    return SkippedSections.any(graph);
  }

  @Override
  public final Judgement judgeGrown(Graph graph) {
    if (!GracePeriods.any(graph)) {
      return Judgement.consistent();
    }
    WidestGracePeriods widest = new WidestGracePeriods(graph);
    if (widest.areKept()) {
      return Judgement.consistent();
    }
    return buffersStores() || !widest.isKnown()
        ? judgeGracePeriods(new Basics(graph))
        : Judgement.broken("rcu");
  }

  @Override
  public final Judgement judge(Graph graph) {
    Basics basics = new Basics(graph);
    if (!Coherence.isCoherent(basics)) {
      return Judgement.broken("coherence");
    }
    if (!Coherence.isAtomic(basics)) {
      return Judgement.broken("atomic");
    }
    if (!globalOrder(basics).isAcyclic()) {
      return Judgement.broken("global-order");
    }
    return GracePeriods.any(graph) ? judgeGracePeriods(basics) : Judgement.consistent();
  }

  /**
   * The global order, then a chain of grace periods, must not lead back: {@code order ; po ;
   * rcu-order ; po? ; order} has no cycle of one, and begun at rcu-order it is rcu-order, then a
   * link.
   */
  private Judgement judgeGracePeriods(Basics basics) {
    UnaryOperator<Relation> thenLink = thenLink(basics, globalOrder(basics).star());
    return thenLink.apply(GracePeriods.order(basics.graph, thenLink)).isIrreflexive()
        ? Judgement.consistent()
        : Judgement.broken("rcu");
  }

  /** LKMM's rcu-link, with the global order in the place of hb, pb and prop. */
  private static UnaryOperator<Relation> thenLink(Basics basics, Relation order) {
    Relation optional = basics.po.optional();
    return relation -> relation.then(optional).then(order).then(basics.po);
  }

  /** LKMM's rcu-fence. */
  private static Relation rcuFence(Basics basics, Relation order) {
    return basics
        .po
        .then(GracePeriods.order(basics.graph, thenLink(basics, order)))
        .then(basics.po.optional());
  }

  @Override
  public final Relation preserved(Graph graph) {
    return preserved(new Basics(graph));
  }

  @Override
  public final Relation before(Graph graph) {
    Basics basics = new Basics(graph);
    Relation order = globalOrder(basics);
    if (GracePeriods.any(graph)) {
      order = order.or(rcuFence(basics, order.star()));
    }
    return order.plus();
  }
}
