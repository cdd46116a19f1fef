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
 * Twin of {@link org.cowcheck.stress.FollowHugePageWithWrongLock} with a planted bug: it must fail.
 *
 * <p>A page is looked for where it was before it was migrated.
 */
public final class PlantedFollowHugePageWithWrongLock {
  private PlantedFollowHugePageWithWrongLock() {}

  /** v5.19 with the fix, and follow_page() does not see the entry change. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE =
        BlindCpu.race(
            "fac35ba763ed-follow-huge-page-wrong-lock", "S2-with-huge-page-table-lock", "HL22");
    private final Run run = RACE.start();

    @Actor
    public void followPage() {
      run.cpu0();
    }

    @Actor
    public void migrate() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
