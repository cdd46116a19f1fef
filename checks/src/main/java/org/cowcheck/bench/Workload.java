package org.cowcheck.bench;

import org.cowcheck.consistency.MemoryModel;

/** Something to explore, again and again. */
public interface Workload {

  /**
   * Explores all of it once, from the start.
   *
   * @return how many executions it has
   */
  long run(MemoryModel model, int threads);
}
