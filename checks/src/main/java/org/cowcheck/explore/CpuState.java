package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Note;

/**
 * Where a CPU stands in a graph: it has returned, or waits for a lock, or was stopped.
 *
 * @param finished whether its program has returned
 * @param returned what the program returned, if finished
 * @param notes what it has noted so far
 */
record CpuState(boolean finished, long returned, ImmutableList<Note> notes) {}
