package org.cowcheck.explore;

import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;

/**
 * A CPU that re-executes its program along the events that it has in a graph, and asks at each
 * operation that is not there yet whether it goes on.
 *
 * <p>The program is stopped by {@link Stop}; model code must let it pass.
 */
final class ReplayCpu extends EventCpu {

  @SuppressWarnings("StaticAssignmentOfThrowable") // has neither stack trace nor suppressed ones
  private static final Stop STOP = new Stop();

  private final Graph graph;
  private final int cpu;
  private final Extension extension;
  private int index;

  /** Adds events to the graph that a CPU runs along. */
  interface Extension {
    /**
     * Adds the CPU's next event, or not: then the program is stopped.
     *
     * @param completes whether it is the write half of the read-modify-write whose read came just
     *     before
     * @return whether the event is in the graph now, and the program goes on
     */
    boolean extend(Event event, boolean completes);
  }

  /**
   * Ends a re-execution. Preallocated and without a stack trace: it is thrown millions of times.
   */
  private static final class Stop extends RuntimeException {
    Stop() {
      super("the program is stopped", null, false, false);
    }
  }

  private ReplayCpu(Graph graph, int cpu, Extension extension) {
    super(cpu);
    this.graph = graph;
    this.cpu = cpu;
    this.extension = extension;
  }

  /**
   * Runs a program along a graph and on, until it returns, waits for a lock or is stopped.
   *
   * @throws NondeterminismException if it does something else than the graph says it did
   */
  static CpuState run(ToLongFunction<Cpu> program, Graph graph, int cpu, Extension extension) {
    ReplayCpu replay = new ReplayCpu(graph, cpu, extension);
    try {
      long returned = program.applyAsLong(replay);
      if (replay.index < graph.length(cpu)) {
        throw new NondeterminismException(
            "CPU " + cpu + " returned before " + graph.event(graph.at(cpu, replay.index)));
      }
      return new CpuState(true, returned, replay.notes());
    } catch (Stop stop) {
      return new CpuState(false, 0, replay.notes());
    }
  }

  @Override
  Event recorded() {
    return index < graph.length(cpu) ? graph.event(graph.at(cpu, index)) : null;
  }

  @Override
  long take(Event event, boolean completes) {
    if (index == graph.length(cpu)) {
      if (!extension.extend(event, completes)) {
        throw STOP;
      }
    } else {
      Event taken = graph.event(graph.at(cpu, index));
      if (taken != event && !taken.sameOperation(event)) {
        throw new NondeterminismException(
            "CPU " + cpu + " did " + event + " where it had done " + taken);
      }
    }
    return graph.value(graph.at(cpu, index++));
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
