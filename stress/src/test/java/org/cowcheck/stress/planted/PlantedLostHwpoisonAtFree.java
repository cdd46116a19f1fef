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
 * Twin of {@link org.cowcheck.stress.LostHwpoisonAtFree} with a planted bug: it must fail.
 *
 * <p>What memory_failure() sets is stored over.
 */
public final class PlantedLostHwpoisonAtFree {
  private PlantedLostHwpoisonAtFree() {}

  /** v6.1, which has no fix: any lost mark is forbidden here. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class WithoutFix {
    private static final Race RACE = Race.marked("lost-hwpoison-at-free", "S3");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void memoryFailure() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
