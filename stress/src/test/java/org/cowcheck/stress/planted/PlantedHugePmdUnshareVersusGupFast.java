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
 * Twin of {@link org.cowcheck.stress.HugePmdUnshareVersusGupFast} with a planted bug: it must fail.
 *
 * <p>A table is walked long after it was left to another process.
 */
public final class PlantedHugePmdUnshareVersusGupFast {
  private PlantedHugePmdUnshareVersusGupFast() {}

  /** v6.1, and GUP-fast does not see that the PUD entry is gone. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE = BlindCpu.race("cve-2025-38085-huge-pmd-unshare", "S3", "HG1");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void unshareAndMap() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
