package org.cowcheck.consistency;

import org.cowcheck.execution.Relation;

/** What LKMM makes of rcu-order in one graph: rcu-fence, rb, and the axiom about it. */
final class RcuOrder {
  private final LinuxKernelRelations lk;
  private final Relation po;
  private final Relation order;

  RcuOrder(LinuxKernelRelations lk) {
    this.lk = lk;
    this.po = lk.basics.po;
    this.order = GracePeriods.any(lk.basics.graph) ? order(lk) : Relation.none(lk.basics.graph);
  }

  private static Relation order(LinuxKernelRelations lk) {
    Relation po = lk.basics.po;
    Relation poOptional = po.optional();
    Relation hb = lk.hb().star();
    Relation pb = lk.pb().star();
    // let rcu-link = po? ; hb* ; pb* ; prop ; po
    return GracePeriods.order(
        lk.basics.graph,
        relation -> relation.then(poOptional).then(hb).then(pb).then(lk.prop()).then(po));
  }

  /** {@code let rcu-fence = po ; rcu-order ; po?}. */
  Relation fence() {
    return order.isEmpty() ? order : po.then(order).then(po.optional());
  }

  /** {@code let rb = prop ; rcu-fence ; hb* ; pb* ; [Marked]}. */
  Relation rb() {
    return order.isEmpty()
        ? order
        : lk.prop().then(fence()).then(lk.hb().star()).then(lk.pb().star()).to(lk.marked);
  }

  /**
   * {@code irreflexive rb as rcu}. What leads from an event to itself does so from each of its
   * parts: it is looked at from rcu-order, which is small.
   */
  boolean isKept() {
    return order.isEmpty()
        || order
            .then(po.optional())
            .then(lk.hb().star())
            .then(lk.pb().star())
            .to(lk.marked)
            .then(lk.prop())
            .then(po)
            .isIrreflexive();
  }
}
