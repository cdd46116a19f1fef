package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;

/**
 * What the CPUs run.
 *
 * @param ofCpus one per CPU
 * @param endSections whether each ends every section that it begins, in every execution
 */
record Programs(ImmutableList<ToLongFunction<Cpu>> ofCpus, boolean endSections) {
  int size() {
    return ofCpus.size();
  }

  /** Runs a CPU's program on from where it stands in a graph. */
  CpuState run(int cpu, Graph graph, ReplayCpu.Extension extension) {
    CpuState state = ReplayCpu.run(ofCpus.get(cpu), graph, cpu, extension);
    if (endSections && state != null && state.finished() && open(graph, cpu) != 0) {
      throw new IllegalStateException("CPU" + cpu + " does not end its sections");
    }
    return state;
  }

  private static int open(Graph graph, int cpu) {
    int open = 0;
    for (int i = 0; i < graph.length(cpu); i++) {
      Fence fence = graph.event(graph.at(cpu, i)).fence();
      if (fence != null) {
        open += fence.beginsSection() ? 1 : fence.endsSection() ? -1 : 0;
      }
    }
    return open;
  }
}
