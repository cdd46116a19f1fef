package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Order;

/**
 * The Linux-kernel memory model of Linux 6.1 (tools/memory-model/linux-kernel.cat).
 *
 * <p>coherence, atomic, happens-before and propagation are monotone: an event that is added last in
 * (po | rf)* and reads from, or is placed at, the end of coherence order adds no outgoing edge.
 * They hold for every prefix of a consistent execution. rcu is not: rcu-rscs leads from the unlock
 * back to the lock, so an execution may only be judged by it when it is complete; plain-coherence
 * is left to the end with it.
 */
final class LinuxKernel implements MemoryModel {
  private final ImmutableSet<String> asked;

  LinuxKernel() {
    this(ImmutableSet.of());
  }

  /** The model of a question that asks for the final values of words. */
  private LinuxKernel(ImmutableSet<String> asked) {
    this.asked = asked;
  }

  @Override
  public MemoryModel asking(ImmutableSet<String> words) {
    return new LinuxKernel(words);
  }

  @Override
  public String name() {
    return "lkmm";
  }

  @Override
  public boolean allowsLoadBuffering() {
    return true;
  }

  /** happens-before without what comes of co and fr. */
  @Override
  public Relation beforeWithoutCo(Graph graph) {
    return new LinuxKernelRelations(new Basics(graph)).hbWithoutCo();
  }

  @Override
  public boolean mayGrow(Graph graph) {
    Basics basics = new Basics(graph);
    if (!Coherence.isCoherent(basics) || !Coherence.isAtomic(basics)) {
      return false;
    }
    LinuxKernelRelations lk = new LinuxKernelRelations(basics);
    return lk.hb().isAcyclic() && lk.pb().isAcyclic();
  }

  @Override
  public Growth growth() {
    return new LinuxKernelGrowth(this);
  }

  @Override
  public boolean skipsSections(Graph graph) {
    return SkippedSections.any(graph);
  }

  @Override
  public Judgement judgeGrown(Graph graph) {
    if (hasPlainAccess(graph)
        || (GracePeriods.any(graph) && !new WidestGracePeriods(graph).areKept())) {
      return judgeTheRest(new LinuxKernelRelations(new Basics(graph)));
    }
    return Judgement.consistentWith(
        ImmutableList.of(), LinuxKernelFlags.withoutPlainAccesses(graph, asked));
  }

  private static boolean hasPlainAccess(Graph graph) {
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).order() == Order.PLAIN) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Judgement judge(Graph graph) {
    Basics basics = new Basics(graph);
    if (!Coherence.isCoherent(basics)) {
      return Judgement.broken("coherence");
    }
    if (!Coherence.isAtomic(basics)) {
      return Judgement.broken("atomic");
    }
    LinuxKernelRelations lk = new LinuxKernelRelations(basics);
    // acyclic hb as happens-before
    if (!lk.hb().isAcyclic()) {
      return Judgement.broken("happens-before");
    }
    // acyclic pb as propagation
    if (!lk.pb().isAcyclic()) {
      return Judgement.broken("propagation");
    }
    return judgeTheRest(lk);
  }

  /** Judges by the axioms that {@link #mayGrow} leaves out. */
  private Judgement judgeTheRest(LinuxKernelRelations lk) {
    RcuOrder rcu = new RcuOrder(lk);
    // irreflexive rb as rcu
    if (!rcu.isKept()) {
      return Judgement.broken("rcu");
    }
    ImmutableList<Judgement.Race> races = ImmutableList.of();
    if (!lk.plain.isEmpty()) {
      PlainAccesses plainAccesses = new PlainAccesses(lk, rcu.fence(), lk.xb().or(rcu.rb()));
      // empty (wr-incoh | rw-incoh | ww-incoh) as plain-coherence
      if (!plainAccesses.isCoherent()) {
        return Judgement.broken("plain-coherence");
      }
      races = plainAccesses.races();
    }
    return Judgement.consistentWith(races, LinuxKernelFlags.of(lk, races, asked));
  }

  @Override
  public Relation preserved(Graph graph) {
    return new LinuxKernelRelations(new Basics(graph)).ppo;
  }

  /** {@code (hb | pb | rb)+}. */
  @Override
  public Relation before(Graph graph) {
    LinuxKernelRelations lk = new LinuxKernelRelations(new Basics(graph));
    return lk.hb().or(lk.pb()).or(new RcuOrder(lk).rb()).plus();
  }
}
