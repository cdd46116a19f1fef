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
 * GUP-fast pins a read-only page while KSM write-protects it: scenario gup-fast-vs-ksm-same-pte.
 *
 * <p>The entry is read-only and clean. v5.17 asks nobody then: GUP-fast takes its pin, and KSM the
 * page, in whatever order. The lists of results are the explorer's under LKMM.
 *
 * <h2>What cannot be seen here</h2>
 *
 * What S2, and S3 without M3 or M4, lack is a barrier between two stores or two loads
 * (088b8aa537c2): message passing, as {@link PageSlabAtFree}. x86 keeps loads in order, and stores;
 * the explorer alone shows it.
 */
public final class GupFastVersusKsm {
  private GupFastVersusKsm() {}

  /** v5.17. No race is needed: nothing else can happen, whoever comes first. */
  @JCStressTest
  @State
  // Seen in all of 888,528 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4), JDK
  // 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("gup-fast-vs-ksm-same-pte", "S0");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void ksm() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 without M4, the smp_rmb() between the entry and the flag. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in none of 429,887 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithoutBarriers {
    private static final Race RACE = Race.marked("gup-fast-vs-ksm-same-pte", "S3-without-M4");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void ksm() {
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
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("gup-fast-vs-ksm-same-pte", "S3");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void ksm() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
