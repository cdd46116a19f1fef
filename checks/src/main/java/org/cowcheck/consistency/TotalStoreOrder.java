package org.cowcheck.consistency;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;

/**
 * x86-TSO (Owens, Sarkar, Sewell 2009), in its axiomatic form (Alglave, Maranget, Tautschnig 2014,
 * figure 21): program order is preserved but from a write to a later read; a CPU may read its own
 * write early.
 *
 * <p>On x86 every successful read-modify-write carries a lock prefix, whatever its LKMM ordering,
 * and is a full fence; so is the lock of a spinlock, and so is waiting for an IPI or grace period.
 * The unlock is a plain store. smp_rmb and smp_wmb restrain the compiler only, which does not exist
 * here.
 */
final class TotalStoreOrder extends GlobalOrder {
  @Override
  public String name() {
    return "tso";
  }

  @Override
  boolean buffersStores() {
    return true;
  }

  /** {@code ppo | mfence}: po but for W;po;R, unless a full fence lies between. */
  @Override
  Relation preserved(Basics basics) {
    Relation storeToLoad = basics.po.between(basics.writes, basics.reads);
    Relation ppo = basics.po.between(basics.accesses, basics.accesses).minus(storeToLoad);
    return ppo.or(fences(basics).between(basics.accesses, basics.accesses));
  }

  private static Relation fences(Basics basics) {
    Graph graph = basics.graph;
    EventSet locked = lockPrefixed(basics);
    return basics
        .fencerel(GlobalOrder::isFullFence)
        .or(
            basics.across(
                (cpu, barriers) -> {
                  for (int i = 0; i < graph.length(cpu); i++) {
                    if (locked.has(graph.at(cpu, i))) {
                      barriers.add(i, i);
                      barriers.add(i + 1, i + 1);
                    }
                  }
                }));
  }

  /** The halves of read-modify-writes that succeed. */
  private static EventSet lockPrefixed(Basics basics) {
    return basics.ids(
        id -> {
          Event event = basics.graph.event(id);
          return event.isRead()
              ? event.writesAfter(basics.graph.value(id))
              : Basics.isUpdateWrite(event);
        });
  }

  /** A CPU reads its own write early, so only {@code rfe} is global. */
  @Override
  Relation globalRf(Basics basics) {
    return basics.external(basics.rf);
  }
}
