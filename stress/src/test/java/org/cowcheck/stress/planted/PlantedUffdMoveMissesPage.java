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
 * Twin of {@link org.cowcheck.stress.UffdMoveMissesPage} with a planted bug: it must fail.
 *
 * <p>A page that came to the swap cache meanwhile is missed.
 */
public final class PlantedUffdMoveMissesPage {
  private PlantedUffdMoveMissesPage() {}

  /** The fix, and the move does not see SWAP_HAS_CACHE change. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE =
        BlindCpu.race("0ea148a79919-uffd-move-misses-page", "S3-with-0ea148a79919", "UM25");
    private final Run run = RACE.start();

    @Actor
    public void uffdioMove() {
      run.cpu0();
    }

    @Actor
    public void swapInAndOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
