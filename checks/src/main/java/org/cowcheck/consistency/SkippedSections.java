package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;

/**
 * Grace periods that have not waited for a section of another CPU, as far as single steps of
 * communication show: something in the section comes before something before the grace period, and
 * something after the grace period before something in the section.
 *
 * <p>That breaks the axiom of grace periods under every model here (LKMM: {@code rb}), once the
 * section has ended: it is {@code prop} from the section to before the grace period, and {@code
 * prop} back. A section that is open reaches as far as its CPU has come. Only marked accesses
 * count, and none to a lock.
 */
final class SkippedSections {
  private final Graph graph;
  private final int cpu;
  private final int otherCpu;

  private SkippedSections(Graph graph, int cpu, int otherCpu) {
    this.graph = graph;
    this.cpu = cpu;
    this.otherCpu = otherCpu;
  }

  /** Whether a grace period of a graph has skipped a section. */
  static boolean any(Graph graph) {
    for (int waiting = 0; waiting < graph.cpus(); waiting++) {
      if (waits(graph, waiting)) {
        for (int cpu = 0; cpu < graph.cpus(); cpu++) {
          if (cpu != waiting && new SkippedSections(graph, cpu, waiting).isOneSkipped()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean waits(Graph graph, int cpu) {
    for (int i = 0; i < graph.length(cpu); i++) {
      Fence fence = graph.event(graph.at(cpu, i)).fence();
      if (fence != null && fence.isGracePeriod()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a grace period of the other CPU has skipped a section of this one. */
  private boolean isOneSkipped() {
    return isOneSkipped(Fence.LOCAL_IRQ_SAVE, Fence.LOCAL_IRQ_RESTORE)
        || isOneSkipped(Fence.RCU_READ_LOCK, Fence.RCU_READ_UNLOCK)
        || isOneSkipped(Fence.SRCU_READ_LOCK, Fence.SRCU_READ_UNLOCK);
  }

  private boolean isOneSkipped(Fence lock, Fence unlock) {
    Sections sections = Sections.of(graph, lock, unlock);
    for (Sections.Section section : sections.pairs()) {
      if (isSkipped(section.lock(), graph.event(section.unlock()).index())) {
        return true;
      }
    }
    ImmutableList<Integer> open = sections.open();
    return open.stream().anyMatch(begin -> isSkipped(begin, graph.length(cpu)));
  }

  /** Whether a grace period of the other CPU has skipped a section, which ends at an index. */
  private boolean isSkipped(int lock, int end) {
    if (graph.event(lock).cpu() != cpu) {
      return false;
    }
    int earliest = Integer.MAX_VALUE; // what some access of the section comes before
    int latest = -1; // what comes before some access of the section
    for (int i = graph.event(lock).index() + 1; i < end; i++) {
      int id = graph.at(cpu, i);
      if (counts(graph.event(id))) {
        for (int j = 0; j < graph.length(otherCpu); j++) {
          int order = compare(id, graph.at(otherCpu, j));
          earliest = order < 0 ? Math.min(earliest, j) : earliest;
          latest = order > 0 ? Math.max(latest, j) : latest;
        }
      }
    }
    for (int j = earliest; j < latest; j++) {
      if (Sections.waitsFor(graph.event(graph.at(otherCpu, j)), graph.event(lock))) {
        return true;
      }
    }
    return false;
  }

  private static boolean counts(Event event) {
    return !event.isFence() && event.lockRole() == LockRole.NONE && event.order() != Order.PLAIN;
  }

  /** Negative if rf, co or fr leads from one access to another, positive if it leads back. */
  private int compare(int id, int other) {
    Event event = graph.event(id);
    Event to = graph.event(other);
    if (!counts(to) || event.word() != to.word() || (event.isRead() && to.isRead())) {
      return 0;
    }
    int place = graph.place(graph.writeOf(id));
    int otherPlace = graph.place(graph.writeOf(other));
    if (event.isRead()) {
      return otherPlace > place ? -1 : otherPlace == place ? 1 : 0;
    }
    if (to.isRead()) {
      return otherPlace < place ? 1 : otherPlace == place ? -1 : 0;
    }
    return Integer.compare(place, otherPlace);
  }
}
