package org.cowcheck.bench;

import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.litmus.LitmusReader;
import org.cowcheck.litmus.LitmusResult;
import org.cowcheck.litmus.LitmusRun;

/**
 * A program as a C litmus test: reading it and the search for load buffering are part of the work.
 *
 * @param text the test
 */
public record LitmusProgramText(String text) implements Workload {
  @Override
  public long run(MemoryModel model, int threads) {
    LitmusResult result =
        LitmusRun.run(
            LitmusReader.read("benchmark", text), model, Bounds.NONE, threads, () -> false);
    return result.positive() + result.negative();
  }
}
