package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.ScenarioCheck;

/** Gathers the runs of the CPUs of a scenario from its executions; several threads may add. */
final class Runs {
  private final int scenario;
  private final ScenarioCheck check;
  private final Map<Key, Execution> executions =
      new TreeMap<>(
          Comparator.comparingInt(Key::cpu)
              .thenComparing(Key::reads, Longs.lexicographicalComparator()));

  /** A run is determined by what its CPU reads. */
  @SuppressWarnings("ArrayRecordComponent") // never changed, compared by the comparator alone
  private record Key(int cpu, long[] reads) {}

  Runs(int scenario, ScenarioCheck check) {
    this.scenario = scenario;
    this.check = check;
  }

  /** Adds the runs of an execution; of several executions with a run, the first shows it. */
  void add(Execution execution) {
    Graph graph = execution.graph();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      Key key = new Key(cpu, reads(graph, cpu));
      synchronized (executions) {
        executions.putIfAbsent(key, execution);
      }
    }
  }

  private static long[] reads(Graph graph, int cpu) {
    long[] values = new long[graph.length(cpu)];
    int reads = 0;
    for (int i = 0; i < values.length; i++) {
      int id = graph.at(cpu, i);
      if (graph.event(id).isRead()) {
        values[reads++] = graph.value(id);
      }
    }
    return Arrays.copyOf(values, reads);
  }

  /** All runs, in a fixed order. */
  ImmutableList<Run> all() {
    ImmutableList.Builder<Run> runs = ImmutableList.builder();
    executions.forEach(
        (key, execution) ->
            runs.add(
                new Run(
                    scenario,
                    execution.graph(),
                    key.cpu(),
                    check.play(execution.graph(), key.cpu()).begins())));
    return runs.build();
  }
}
