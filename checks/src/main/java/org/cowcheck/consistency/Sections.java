package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Deque;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Fence;

/**
 * The read-side critical sections of one kind in a graph: the matching pairs of nested lock and
 * unlock on one CPU (linux-kernel.bell of Linux 6.1: rcu-rscs, srcu-rscs).
 *
 * <p>An unlock ends the innermost open section. Sections of one srcu_struct nest among themselves
 * only, so those of two may overlap. The index that was passed to an SRCU unlock plays no part.
 *
 * @param pairs the sections
 * @param open the locks that are left over
 * @param isBalanced whether no lock and no unlock is left over
 */
record Sections(ImmutableList<Section> pairs, ImmutableList<Integer> open, boolean isBalanced) {

  /** One section, as the ids of the events that begin and end it. */
  record Section(int lock, int unlock) {}

  /** The sections that one fence begins and another ends. */
  static Sections of(Graph graph, Fence lock, Fence unlock) {
    ImmutableList.Builder<Section> pairs = ImmutableList.builder();
    ImmutableList.Builder<Integer> left = ImmutableList.builder();
    boolean balanced = true;
    Deque<Integer> open = new ArrayDeque<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      open.clear();
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        Fence fence = graph.event(id).fence();
        if (fence == lock) {
          open.push(id);
        } else if (fence == unlock) {
          int begin = innermost(graph, open, id);
          if (begin < 0) {
            balanced = false;
          } else {
            open.remove(begin);
            pairs.add(new Section(begin, id));
          }
        }
      }
      left.addAll(open);
      balanced &= open.isEmpty();
    }
    return new Sections(pairs.build(), left.build(), balanced);
  }

  /** Whether a grace period waits for the sections that a fence begins. */
  static boolean waitsFor(Event event, Event lock) {
    Fence fence = event.fence();
    if (fence == null || !fence.isGracePeriod()) {
      return false;
    }
    return switch (lock.fence()) {
      case LOCAL_IRQ_SAVE -> fence != Fence.SYNCHRONIZE_SRCU;
      case RCU_READ_LOCK -> fence == Fence.SYNCHRONIZE_RCU;
      default -> fence == Fence.SYNCHRONIZE_SRCU && event.domain() == lock.domain();
    };
  }

  /** The last open lock of the same srcu_struct, or -1. */
  private static int innermost(Graph graph, Deque<Integer> open, int unlock) {
    for (int lock : open) {
      if (graph.event(lock).domain() == graph.event(unlock).domain()) {
        return lock;
      }
    }
    return -1;
  }
}
