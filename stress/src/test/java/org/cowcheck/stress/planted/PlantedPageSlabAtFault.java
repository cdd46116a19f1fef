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
 * Twin of {@link org.cowcheck.stress.PageSlabAtFault} with a planted bug: it must fail.
 *
 * <p>Nothing is freed here: what is planted is the alias of PG_slab itself.
 */
public final class PlantedPageSlabAtFault {
  private PlantedPageSlabAtFault() {}

  /** The seed without its clearing of the flag in free_pages_prepare(). */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class WithoutClear {
    private static final Race RACE = Race.marked("pageslab-at-fault", "seed-without-clear");
    private final Run run = RACE.start();

    @Actor
    public void doAnonymousPage() {
      run.cpu0();
    }

    @Actor
    public void pageSlab() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
