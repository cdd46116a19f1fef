package org.cowcheck.bench;

import com.google.common.math.Quantiles;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import org.cowcheck.consistency.MemoryModel;

/**
 * How fast a workload is explored.
 *
 * @param executions that it has, the same in each run
 * @param seconds the median of the runs, by the clock
 * @param peakBytes the most heap that was in use at once, garbage included
 */
public record Measurement(long executions, double seconds, long peakBytes) {
  private static final double WARM_UP_SECONDS = 2;

  /** Executions per second. */
  public double rate() {
    return executions / seconds;
  }

  /**
   * Runs a workload so many times, after it has run for some two seconds to warm up.
   *
   * @throws IllegalStateException if the number of executions is not the same each time
   */
  public static Measurement of(Workload workload, MemoryModel model, int threads, int runs) {
    long executions = -1;
    for (double warm = 0; warm < WARM_UP_SECONDS; ) {
      long start = System.nanoTime();
      executions = workload.run(model, threads);
      warm += (System.nanoTime() - start) / 1e9;
    }
    List<MemoryPoolMXBean> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    heap.forEach(MemoryPoolMXBean::resetPeakUsage);
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long start = System.nanoTime();
      long again = workload.run(model, threads);
      seconds.add((System.nanoTime() - start) / 1e9);
      if (again != executions) {
        throw new IllegalStateException(executions + " executions, then " + again);
      }
    }
    long peak = heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    return new Measurement(executions, Quantiles.median().compute(seconds), peak);
  }
}
