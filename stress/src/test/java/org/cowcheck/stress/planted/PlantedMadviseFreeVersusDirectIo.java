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
 * Twin of {@link org.cowcheck.stress.MadviseFreeVersusDirectIo} with a planted bug: it must fail.
 *
 * <p>A reference that is taken meanwhile is missed.
 */
public final class PlantedMadviseFreeVersusDirectIo {
  private PlantedMadviseFreeVersusDirectIo() {}

  /** v6.1, and reclaim does not see the count change. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE = BlindCpu.race("6c8e2a256915-madv-free-direct-io", "S3", "MF2");
    private final Run run = RACE.start();

    @Actor
    public void directIo() {
      run.cpu0();
    }

    @Actor
    public void reclaim() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
