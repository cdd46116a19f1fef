package org.cowcheck.consistency;

import java.util.Arrays;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.RmwOrder;

/**
 * The sets and relations of a graph that every model is stated in, under their names in cat.
 *
 * <p>Initial writes are on no CPU: they are external to every event.
 */
final class Basics {
  final Graph graph;

  final EventSet all;
  final EventSet reads;
  final EventSet writes;
  final EventSet accesses;

  final Relation po;
  final Relation poLoc;
  final Relation rf;
  final Relation co;
  final Relation fr;
  final Relation com;

  /** From the read to the write of each read-modify-write that succeeded, lock included. */
  final Relation rmw;

  Basics(Graph graph) {
    this.graph = graph;
    all = set(event -> true);
    reads = set(Event::isRead);
    writes = set(Event::isWrite);
    accesses = set(event -> !event.isFence());
    po = Relation.none(graph);
    poLoc = Relation.none(graph);
    rmw = Relation.none(graph);
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int[] next = new int[graph.words()];
      Arrays.fill(next, -1);
      for (int i = graph.length(cpu) - 1; i >= 0; i--) {
        addProgramOrder(graph.at(cpu, i), i + 1, next);
      }
    }
    rf = Relation.none(graph);
    co = Relation.none(graph);
    fr = Relation.none(graph);
    for (int word = 0; word < graph.words(); word++) {
      for (int place = graph.writes(word) - 2; place >= 0; place--) {
        co.addThrough(graph.write(word, place), graph.write(word, place + 1));
      }
    }
    for (int id = 0; id < graph.size(); id++) {
      if (graph.event(id).isRead()) {
        rf.add(graph.rf(id), id);
        fr.addRow(id, co, graph.rf(id));
      }
    }
    com = rf.or(co).or(fr);
  }

  /**
   * Adds what follows an event in program order, what follows that being known.
   *
   * @param after the place of the next event
   * @param next per word its next access on the CPU, or -1
   */
  private void addProgramOrder(int id, int after, int[] next) {
    Event event = graph.event(id);
    if (after < graph.length(event.cpu())) {
      int following = graph.at(event.cpu(), after);
      po.addThrough(id, following);
      if (isUpdateWrite(graph.event(following))) {
        rmw.add(id, following);
      }
    }
    if (!event.isFence()) {
      int word = event.word().number();
      if (next[word] >= 0) {
        poLoc.addThrough(id, next[word]);
      }
      next[word] = id;
    }
  }

  static boolean isUpdateWrite(Event event) {
    return event.isWrite() && (event.update() != null || event.lockRole() == LockRole.LOCK_WRITE);
  }

  /** The events that satisfy a condition. */
  EventSet set(Predicate<Event> condition) {
    return EventSet.of(graph, condition);
  }

  /** The ids that satisfy a condition. */
  EventSet ids(Predicate<Integer> condition) {
    EventSet set = EventSet.none(graph);
    for (int id = 0; id < graph.size(); id++) {
      if (condition.test(id)) {
        set.add(id);
      }
    }
    return set;
  }

  /** The pairs of a relation on one CPU: {@code r & int}. */
  Relation internal(Relation relation) {
    return relation.and(sameCpu());
  }

  /** The pairs of a relation between CPUs: {@code r & ext}. */
  Relation external(Relation relation) {
    return relation.minus(sameCpu());
  }

  private Relation sameCpu;

  private Relation sameCpu() {
    if (sameCpu == null) {
      Relation relation = po.or(po.inverse());
      sameCpu = relation.optional();
    }
    return sameCpu;
  }

  /** The pairs in program order with such a fence between: {@code fencerel(F)}. */
  Relation fencerel(Predicate<Fence> kind) {
    return across(
        (cpu, barriers) -> {
          for (int f = 0; f < graph.length(cpu); f++) {
            Event event = graph.event(graph.at(cpu, f));
            if (event.isFence() && kind.test(event.fence())) {
              barriers.add(f, f + 1);
            }
          }
        });
  }

  /** The barriers of one CPU, by places in program order. */
  static final class Barriers {
    private final int[] ends;

    private Barriers(int length) {
      ends = new int[length + 1];
    }

    /** Adds one that orders what is before place {@code end} against place {@code start} and on. */
    void add(int end, int start) {
      if (start < ends.length) {
        ends[start] = Math.max(ends[start], end);
      }
    }
  }

  /** Says which barriers a CPU has. */
  interface BarrierFinder {
    void find(int cpu, Barriers barriers);
  }

  /** The pairs in program order with a barrier between. */
  Relation across(BarrierFinder finder) {
    Relation result = Relation.none(graph);
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      Barriers barriers = new Barriers(graph.length(cpu));
      finder.find(cpu, barriers);
      int end = 0;
      for (int j = 0; j < graph.length(cpu); j++) {
        // What is before the barrier comes before this event and all after it.
        for (; end < barriers.ends[j]; end++) {
          result.addRow(graph.at(cpu, end), po, graph.at(cpu, j));
          result.add(graph.at(cpu, end), graph.at(cpu, j));
        }
      }
    }
    return result;
  }

  /** The pairs in program order for which a rule holds. */
  Relation inOrder(BiPredicate<Event, Event> rule) {
    Relation result = Relation.none(graph);
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int j = 1; j < graph.length(cpu); j++) {
        for (int i = 0; i < j; i++) {
          if (rule.test(graph.event(graph.at(cpu, i)), graph.event(graph.at(cpu, j)))) {
            result.add(graph.at(cpu, i), graph.at(cpu, j));
          }
        }
      }
    }
    return result;
  }

  /** From reads to what depends on them: per event the program-order indices of such reads. */
  Relation dependency(Function<Event, int[]> reads) {
    Relation result = Relation.none(graph);
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      for (int read : reads.apply(event)) {
        result.add(graph.at(event.cpu(), read), id);
      }
    }
    return result;
  }

  /** Whether a read is half of a fully ordered read-modify-write that succeeds. */
  boolean isFullUpdate(int read) {
    Event event = graph.event(read);
    return event.isRead()
        && event.update() != null
        && event.update().order() == RmwOrder.FULL
        && event.writesAfter(graph.value(read));
  }

  /** Whether a trylock's read failed, or is no trylock's. */
  boolean isFailedTry(int id) {
    return graph.event(id).lockRole() == LockRole.TRY_READ
        && !graph.event(id).writesAfter(graph.value(id));
  }
}
