package org.cowcheck.explore;

import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;

/**
 * A CPU that re-executes its program along the events that it has in a graph, and stops it at the
 * first operation that is not there yet.
 *
 * <p>The program is stopped by {@link Stop}; model code must let it pass.
 */
final class ReplayCpu extends EventCpu {

  @SuppressWarnings("StaticAssignmentOfThrowable") // has neither stack trace nor suppressed ones
  private static final Stop STOP = new Stop();

  private final Graph graph;
  private final int cpu;
  private int index;
  private Event next;
  private boolean completes;

  /**
   * Ends a re-execution. Preallocated and without a stack trace: it is thrown millions of times.
   */
  private static final class Stop extends RuntimeException {
    Stop() {
      super("the program is stopped at its next event", null, false, false);
    }
  }

  private ReplayCpu(Graph graph, int cpu) {
    super(cpu);
    this.graph = graph;
    this.cpu = cpu;
  }

  /**
   * Runs a program along a graph.
   *
   * @throws NondeterminismException if it does something else than the graph says it did
   */
  static CpuState run(ToLongFunction<Cpu> program, Graph graph, int cpu) {
    ReplayCpu replay = new ReplayCpu(graph, cpu);
    try {
      long returned = program.applyAsLong(replay);
      if (replay.index < graph.length(cpu)) {
        throw new NondeterminismException(
            "CPU " + cpu + " returned before " + graph.event(graph.at(cpu, replay.index)));
      }
      return new CpuState(null, false, true, returned, replay.notes());
    } catch (Stop stop) {
      return new CpuState(replay.next, replay.completes, false, 0, replay.notes());
    }
  }

  /** Takes the event from the graph if it is there, and stops the program if not. */
  @Override
  long take(Event event, boolean completing) {
    if (index == graph.length(cpu)) {
      next = event;
      completes = completing;
      throw STOP;
    }
    int id = graph.at(cpu, index);
    if (!graph.event(id).sameOperation(event)) {
      throw new NondeterminismException(
          "CPU " + cpu + " did " + event + " where it had done " + graph.event(id));
    }
    index++;
    return graph.value(id);
  }

  @Override
  int length() {
    return index;
  }

  @Override
  Event taken(int i) {
    return graph.event(graph.at(cpu, i));
  }

  /** Stands still while the lock is held. */
  @Override
  void enter(long lockRead) {
    if (lockRead != Spinlock.UNLOCKED) {
      throw STOP;
    }
  }
}
