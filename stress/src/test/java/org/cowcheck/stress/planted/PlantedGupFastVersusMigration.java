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
 * Twin of {@link org.cowcheck.stress.GupFastVersusMigration} with a planted bug: it must fail.
 *
 * <p>A pin between the two looks of migration is missed.
 */
public final class PlantedGupFastVersusMigration {
  private PlantedGupFastVersusMigration() {}

  /** v6.1, and migration does not see a pin once the entry is cleared. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BlindStep {
    private static final Race RACE = BlindCpu.race("088b8aa537c2-migration-and-fork", "S3", "E2");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void migrateAndFork() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
