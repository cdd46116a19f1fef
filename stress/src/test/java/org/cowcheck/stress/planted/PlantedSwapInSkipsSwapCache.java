package org.cowcheck.stress.planted;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.cowcheck.stress.Race;
import org.cowcheck.stress.Run;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * Twin of {@link org.cowcheck.stress.SwapInSkipsSwapCache} with a planted bug: it must fail.
 *
 * <p>What was in the slot is mapped, whatever the entry is by now.
 */
public final class PlantedSwapInSkipsSwapCache {
  private PlantedSwapInSkipsSwapCache() {}

  /** v6.1, and a fault does not see that the entry changed. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE =
        BlindCpu.race("13ddaf26be32-swap-in-skips-swap-cache", "S3", "I5");
    private final Run run = RACE.start();

    @Actor
    public void readFault() {
      run.cpu0();
    }

    @Actor
    public void writeFaultAndSwapOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
