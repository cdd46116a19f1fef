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
 * GUP-fast takes a read-only pin while its mm forks: scenario gup-fast-vs-fork-read-only.
 *
 * <p>v5.17 also pins a page that fork has shared already: GUP-fast need not run at the same time,
 * only later. The weak spot that does need it is that of {@link GupFastVersusFork} and is there.
 * What cannot be seen here cannot for the same reason: atomics of x86 are full fences.
 */
public final class GupFastVersusForkReadOnly {
  private GupFastVersusForkReadOnly() {}

  /** v5.17. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 41,920 of 775,376 runs (5.4 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("gup-fast-vs-fork-read-only", "S0");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void fork() {
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
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("gup-fast-vs-fork-read-only", "S3");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void fork() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
