package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import org.cowcheck.execution.Event;
import org.cowcheck.memory.Note;

/**
 * Where a CPU stands in a graph: what it does next, or that it waits, or what it returned.
 *
 * @param next the event that it wants to add, or null
 * @param completes whether {@code next} is the write half of a read-modify-write whose read is in
 *     the graph
 * @param finished whether its program has returned
 * @param returned what the program returned, if finished
 * @param notes what it has noted so far
 */
record CpuState(
    Event next, boolean completes, boolean finished, long returned, ImmutableList<Note> notes) {

  /** Whether it waits for a lock that is not released in the graph. */
  boolean waits() {
    return next == null && !finished;
  }
}
