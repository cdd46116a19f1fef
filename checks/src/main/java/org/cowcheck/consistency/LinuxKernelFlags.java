package org.cowcheck.consistency;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Collection;
import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Fence;

/**
 * The flags of LKMM: what a consistent execution does that makes its program wrong or its judgement
 * doubtful, by the names of linux-kernel.cat, linux-kernel.bell and lock.cat of Linux 6.1.
 *
 * <p>One name is not LKMM's: unbalanced-irq-sections, the rule of unbalanced-rcu-locking for
 * sections with IRQs off.
 *
 * <h2>What lock.cat says besides</h2>
 *
 * <ul>
 *   <li>unpaired-LKW and unpaired-LKR cannot be raised: a lock's two halves are one step of its
 *       CPU.
 *   <li>lock-final is raised by the question together with the execution: by one with an event on a
 *       lock whose final value is asked for.
 *   <li>lock-nest and unmatched-locks are axioms: where a CPU would take a lock that it holds, or
 *       that another CPU never releases, cat has no execution. Such a graph is judged consistent
 *       here, but its CPU waits for ever, so it is counted as blocked and reported as a deadlock.
 *       The executions that finish are the same.
 * </ul>
 */
final class LinuxKernelFlags {
  private final ImmutableSortedSet.Builder<String> raised = ImmutableSortedSet.naturalOrder();

  private LinuxKernelFlags() {}

  /**
   * The flags that a consistent execution raises, its data races being known.
   *
   * @param asked the words whose final values are asked for, by name
   */
  static ImmutableSortedSet<String> of(
      LinuxKernelRelations lk, Collection<Judgement.Race> races, Set<String> asked) {
    LinuxKernelFlags flags = new LinuxKernelFlags();
    flags.plainAccesses(lk, races);
    flags.sections(lk.basics.graph);
    flags.locks(lk.basics.graph, asked);
    return flags.raised.build();
  }

  /** The flags that an execution without plain accesses raises. */
  static ImmutableSortedSet<String> withoutPlainAccesses(Graph graph, Set<String> asked) {
    LinuxKernelFlags flags = new LinuxKernelFlags();
    flags.sections(graph);
    flags.locks(graph, asked);
    return flags.raised.build();
  }

  private void flag(boolean condition, String name) {
    if (condition) {
      raised.add(name);
    }
  }

  /** linux-kernel.cat. */
  private void plainAccesses(LinuxKernelRelations lk, Collection<Judgement.Race> races) {
    // flag ~empty mixed-accesses as mixed-accesses
    flag(MixedAccesses.any(lk), "mixed-accesses");
    // flag ~empty (ww-race | wr-race | rw-race) as data-race
    flag(!races.isEmpty(), "data-race");
  }

  /** linux-kernel.bell. */
  private void sections(Graph graph) {
    Sections rcu = Sections.of(graph, Fence.RCU_READ_LOCK, Fence.RCU_READ_UNLOCK);
    Sections srcu = Sections.of(graph, Fence.SRCU_READ_LOCK, Fence.SRCU_READ_UNLOCK);
    Sections irqsOff = Sections.of(graph, Fence.LOCAL_IRQ_SAVE, Fence.LOCAL_IRQ_RESTORE);
    // flag ~empty Rcu-lock \ domain(rcu-rscs) as unbalanced-rcu-locking
    // flag ~empty Rcu-unlock \ range(rcu-rscs) as unbalanced-rcu-locking
    flag(!rcu.isBalanced(), "unbalanced-rcu-locking");
    // flag ~empty Srcu-lock \ domain(srcu-rscs) as unbalanced-srcu-locking
    // flag ~empty Srcu-unlock \ range(srcu-rscs) as unbalanced-srcu-locking
    flag(!srcu.isBalanced(), "unbalanced-srcu-locking");
    // The same for sections with IRQs off.
    flag(!irqsOff.isBalanced(), "unbalanced-irq-sections");
    // flag ~empty rcu-rscs & (po ; [Sync-srcu] ; po) as invalid-sleep
    flag(rcu.pairs().stream().anyMatch(section -> sleeps(graph, section)), "invalid-sleep");
    // flag ~empty different-values(srcu-rscs) as srcu-bad-nesting
    flag(
        srcu.pairs().stream()
            .anyMatch(section -> graph.value(section.lock()) != graph.value(section.unlock())),
        "srcu-bad-nesting");
  }

  private static boolean sleeps(Graph graph, Sections.Section section) {
    Event lock = graph.event(section.lock());
    for (int i = lock.index() + 1; i < graph.event(section.unlock()).index(); i++) {
      if (graph.event(graph.at(lock.cpu(), i)).fence() == Fence.SYNCHRONIZE_SRCU) {
        return true;
      }
    }
    return false;
  }

  /** lock.cat. */
  private void locks(Graph graph, Set<String> asked) {
    boolean[] isLock = new boolean[graph.words()];
    boolean[] isOrdinary = new boolean[graph.words()];
    boolean unmatched = false;
    boolean asksForLock = false;
    for (int id = 0; id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.lockRole() != LockRole.NONE) {
        isLock[event.word().number()] = true;
        asksForLock |= asked.contains(event.word().name());
      } else if (!event.isFence() && !event.isInitial()) {
        isOrdinary[event.word().number()] = true;
      }
      unmatched |= event.lockRole() == LockRole.UNLOCK && !endsSection(graph, event);
    }
    boolean mixed = false;
    for (int word = 0; word < isLock.length; word++) {
      mixed |= isLock[word] && isOrdinary[word];
    }
    // flag ~empty [M \ IW] ; loc ; [ALL-LOCKS] as mixed-lock-accesses
    flag(mixed, "mixed-lock-accesses");
    // flag ~empty [FW] ; loc ; [ALL-LOCKS] as lock-final
    flag(asksForLock, "lock-final");
    // flag ~empty UL \ range(critical) as unmatched-unlock
    flag(unmatched, "unmatched-unlock");
  }

  /** {@code let critical = ([LKW] ; po-loc ; [UL]) \ (po-loc ; [LKW | UL] ; po-loc)}. */
  private static boolean endsSection(Graph graph, Event unlock) {
    for (int i = unlock.index() - 1; i >= 0; i--) {
      Event event = graph.event(graph.at(unlock.cpu(), i));
      if (event.word() == unlock.word()
          && (event.lockRole() == LockRole.LOCK_WRITE || event.lockRole() == LockRole.UNLOCK)) {
        return event.lockRole() == LockRole.LOCK_WRITE;
      }
    }
    return false;
  }
}
