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
 * Twin of {@link org.cowcheck.stress.GupFastVersusForkThenWrite} with a planted bug: it must fail.
 *
 * <p>A page that fork shares meanwhile is pinned, and is not exclusive when it is unpinned.
 */
public final class PlantedGupFastVersusForkThenWrite {
  private PlantedGupFastVersusForkThenWrite() {}

  /** v6.1, and GUP-fast does not see that fork was here. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE = BlindCpu.race("gup-fast-vs-fork-then-write", "S3", "G21");
    private final Run run = RACE.start();

    @Actor
    public void pinAndUnpin() {
      run.cpu0();
    }

    @Actor
    public void forkThenWrite() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
