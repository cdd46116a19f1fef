package org.cowcheck.explore;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Deque;
import org.cowcheck.consistency.Growth;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;

/**
 * Grows one branch after the other: adds the events that its CPUs run into, and keeps every other
 * choice as a branch of its own. See {@link Explorer} for the algorithm.
 *
 * <p>One CPU goes on as long as it can, so that its program is re-executed once per branch and not
 * once per event. Which CPU goes on depends on the graph alone, on the order in which its events
 * were added among others: a CPU in the middle of a read-modify-write, else that of the last event,
 * else the first that can.
 */
final class Grower implements ReplayCpu.Extension {
  private final Programs programs;
  private final Search search;
  private final StandIns standIns;
  private final Deque<Branch> branches = new ArrayDeque<>();

  private Graph graph;
  private Growth growth;
  private Prefixes prefixes;
  private CpuState[] states;
  private int running;
  private boolean isDead;

  /** Says which reads may stand in for a read that is about to be added to a graph. */
  interface StandIns {
    StandIns NONE = (graph, read) -> ImmutableList.of();

    ImmutableList<Event> of(Graph graph, Event read);
  }

  Grower(Programs programs, Search search, StandIns standIns) {
    this.programs = programs;
    this.search = search;
    this.standIns = standIns;
  }

  /** The branches that are left to grow, the youngest first. */
  Deque<Branch> branches() {
    return branches;
  }

  /** Grows a branch to a complete execution, unless it turns out not to lead to one. */
  void grow(Branch branch) {
    graph = branch.graph();
    growth = branch.growth();
    prefixes = new Prefixes(graph);
    states = branch.states();
    isDead = false;
    for (int cpu = branch.cpu(); cpu >= 0; cpu = next()) {
      if (isLost()) {
        return;
      }
      states[cpu] = null;
      running = cpu;
      CpuState state = programs.run(cpu, graph, this);
      if (isDead) {
        return;
      }
      states[cpu] = state;
    }
    if (!isLost()) {
      search.complete(graph, ImmutableList.copyOf(states));
    }
  }

  /** Whether every execution that comes from the graph breaks the axiom of grace periods. */
  private boolean isLost() {
    return programs.endSections() && standIns == StandIns.NONE && search.isLost(graph);
  }

  /** The CPU that goes on when the running one has returned or waits, or -1. */
  private int next() {
    for (int cpu = 0; cpu < states.length; cpu++) {
      if (states[cpu] == null || (!states[cpu].finished() && !waits(cpu))) {
        return cpu;
      }
    }
    return -1;
  }

  /** Whether a CPU that has stopped waits for a lock that is not released in the graph. */
  private boolean waits(int cpu) {
    return LockChain.waits(graph, graph.at(cpu, graph.length(cpu) - 2));
  }

  @Override
  public boolean extend(Event event, boolean completes) {
    if (!search.goesOn(graph)) {
      isDead = true;
    } else if (event.isFence()) {
      search.see(event.fence());
      growth.add(graph, graph.add(event, 0));
    } else if (event.isRead()) {
      addRead(event);
    } else {
      isDead = !addWrite(event, completes);
    }
    return !isDead;
  }

  private void push(Graph other, Growth itsGrowth) {
    branches.push(new Branch(other, itsGrowth, states.clone(), running));
  }

  // Reads.

  private void addRead(Event read) {
    int word = read.word().number();
    int last = graph.writes(word) - 1;
    int oldest = oldest(read);
    for (Event standIn : standIns.of(graph, read)) {
      Graph other = graph.copy();
      Growth its = growth.copy();
      its.add(other, other.add(standIn, other.write(standIn.word().number(), 0)));
      push(other, its);
    }
    int id = graph.add(read, graph.write(word, last));
    while (!mayRead(read, graph.write(word, last))) {
      last--;
    }
    for (int place = oldest; place < last && !search.isStopped(); place++) {
      int write = graph.write(word, place);
      if (mayRead(read, write)) {
        graph.setRf(id, write);
        Growth other = growth.with(graph, id);
        if (other != null) {
          push(graph.copy(), other);
        }
      }
    }
    // The last is always consistent. A lock whose chain ends in a lock waits.
    graph.setRf(id, graph.write(word, last));
    if (last == graph.writes(word) - 1) {
      growth.add(graph, id);
    } else {
      growth = checkNotNull(growth.with(graph, id));
    }
  }

  /** Whether a read sees a write: a lock sees ends of sections, others no lock that waits. */
  private boolean mayRead(Event read, int write) {
    return LockChain.isChained(read)
        ? LockChain.endsSection(graph, write)
        : !LockChain.isWaiting(graph, write);
  }

  /**
   * The place of the last write of a word that the CPU of an event has written or read from: by
   * coherence it reads nothing older, and writes nothing before it.
   */
  private int oldest(Event event) {
    int before = graph.poLocBefore(event);
    return before < 0 ? 0 : graph.place(graph.writeOf(before));
  }

  // Writes.

  /** Adds a write at the end of coherence order; says whether that leads on. */
  private boolean addWrite(Event write, boolean completes) {
    pushRevisits(write, completes);
    int end = graph.writes(write.word().number());
    int place = forcedPlace(graph, write, completes);
    if (place < 0) {
      for (int other = oldest(write) + 1; other < end && !search.isStopped(); other++) {
        Graph copy = graph.copy();
        Growth its = growth.with(copy, copy.addWrite(write, other));
        if (its != null) {
          push(copy, its);
        }
      }
      growth.add(graph, graph.addWrite(write, end));
      return true;
    }
    int id = graph.addWrite(write, place);
    if (write.lockRole() == LockRole.UNLOCK) {
      int waiting = LockChain.release(graph, id);
      if (waiting >= 0) {
        growth = growth.released(graph, id, waiting);
      } else if (place != end) {
        growth = growth.of(graph);
      } else {
        growth.add(graph, id);
      }
      return growth != null;
    }
    if (place == end) {
      growth.add(graph, id);
      return true;
    }
    growth = growth.with(graph, id);
    return growth != null;
  }

  /** The one place that a write can have in coherence order, or -1 if it has the choice. */
  private static int forcedPlace(Graph graph, Event write, boolean completes) {
    if (completes) {
      int read = graph.at(write.cpu(), write.index() - 1);
      return graph.place(graph.rf(read)) + 1;
    }
    if (write.lockRole() == LockRole.UNLOCK) {
      return graph.place(LockChain.lockOf(graph, write)) + 1;
    }
    return -1;
  }

  // Backward revisits.

  private void pushRevisits(Event write, boolean completes) {
    if (write.lockRole() == LockRole.LOCK_WRITE) {
      pushRevisits(write, completes, Revisits.ofLocks(graph, prefixes, write));
      if (!LockChain.waits(graph, graph.at(write.cpu(), write.index() - 1))) {
        pushRevisits(write, completes, Revisits.ofOthers(graph, prefixes, write));
      }
    } else {
      pushRevisits(write, completes, Revisits.of(graph, prefixes, write));
    }
  }

  private void pushRevisits(Event write, boolean completes, Revisits revisits) {
    for (int read = revisits.next(graph.size()); read >= 0; read = revisits.next(read)) {
      pushRevisit(write, completes, revisits, read);
    }
  }

  private void pushRevisit(Event write, boolean completes, Revisits revisits, int read) {
    int[] newIds = new int[graph.size()];
    Graph base = revisits.restrict(read, newIds);
    int place = forcedPlace(base, write, completes);
    int first = place < 0 ? 1 : place;
    int last = place < 0 ? base.writes(write.word().number()) : place;
    for (int p = first; p <= last && !search.isStopped(); p++) {
      Graph revisited = p == last ? base : base.copy();
      int id = revisited.addWrite(write, p);
      int waiting = write.lockRole() == LockRole.UNLOCK ? LockChain.release(revisited, id) : -1;
      if (waiting >= 0) {
        // The lock is taken with the unlock, and the next to revisit the read.
        Event lock = revisited.event(waiting);
        pushRevisited(revisited.copy(), read, revisited.at(lock.cpu(), lock.index() + 1), newIds);
      }
      pushRevisited(revisited, read, id, newIds);
    }
  }

  private void pushRevisited(Graph revisited, int read, int write, int[] newIds) {
    revisited.setRf(newIds[read], write);
    Growth its = growth.revisited(graph, revisited, newIds);
    if (its != null) {
      branches.push(revisit(revisited, its, newIds[read]));
    }
  }

  private Branch revisit(Graph revisited, Growth its, int read) {
    int readCpu = revisited.event(read).cpu();
    CpuState[] kept = states.clone();
    for (int cpu = 0; cpu < kept.length; cpu++) {
      boolean isWhole =
          kept[cpu] != null
              && kept[cpu].finished()
              && cpu != readCpu
              && revisited.length(cpu) == graph.length(cpu);
      kept[cpu] = isWhole ? kept[cpu] : null;
    }
    boolean isHalf = revisited.event(read).writesAfter(revisited.value(read));
    return new Branch(revisited, its, kept, isHalf ? readCpu : running);
  }
}
