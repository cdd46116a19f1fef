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
 * Twin of {@link org.cowcheck.stress.VmspliceLeak} with a planted bug: it must fail.
 *
 * <p>The parent writes to a page that the child can still read.
 */
public final class PlantedVmspliceLeak {
  private PlantedVmspliceLeak() {}

  /** v5.17 that counts mappings: what the child reads is forbidden here. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class WithoutFix {
    private static final Race RACE =
        Race.marked("cve-2020-29374-vmsplice", "S0-with-mapcount-reuse");
    private final Run run = RACE.start();

    @Actor
    public void write() {
      run.cpu0();
    }

    @Actor
    public void vmspliceAndUnmap() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
