package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * GUP-fast takes a writable pin while the page is migrated, and a fork shares the migration entry:
 * scenario 088b8aa537c2-migration-and-fork.
 *
 * <p>v5.17 does not look for pins before it stores its entry. The weak spot, a pin that nobody
 * looks for, is that of {@link GupFastVersusFork} and is there in isolation.
 *
 * <h2>What cannot be seen here</h2>
 *
 * Since PG_anon_exclusive migration looks after it has cleared the entry. What S2, and S3 without
 * M1, lack is a barrier between an atomic and a load (088b8aa537c2), as in {@link
 * GupFastVersusSwapOut}: every atomic of x86 is a full fence, so the explorer alone shows it.
 */
public final class GupFastVersusMigration {
  private GupFastVersusMigration() {}

  /** v5.17. This one must be observed wherever the tests run. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1, holds", "0, 2, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 82,793 of 104,765 runs (79 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("088b8aa537c2-migration-and-fork", "S0");
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

  /** v6.1. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "0, 1, holds", "0, 2, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("088b8aa537c2-migration-and-fork", "S3");
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
