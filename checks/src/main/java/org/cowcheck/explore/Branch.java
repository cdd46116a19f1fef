package org.cowcheck.explore;

import org.cowcheck.consistency.Growth;
import org.cowcheck.execution.Graph;

/**
 * A graph to go on from. Owned by whoever grows it.
 *
 * @param graph consistent so far
 * @param growth what the memory model knows of it
 * @param states where its CPUs stand; null for a CPU that has to be run to know
 * @param cpu the CPU that goes on first
 */
@SuppressWarnings("ArrayRecordComponent")
record Branch(Graph graph, Growth growth, CpuState[] states, int cpu) {}
