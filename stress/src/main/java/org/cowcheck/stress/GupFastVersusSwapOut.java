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
 * GUP-fast takes a writable pin while the page is swapped out, and a fork shares the swap entry:
 * scenario gup-fast-vs-swap-out.
 *
 * <p>v5.17 looks for pins before it clears the entry, and not after. The weak spot, a look before a
 * store, is that of {@link GupFastVersusFork} and is there in isolation.
 *
 * <h2>What cannot be seen here</h2>
 *
 * Since PG_anon_exclusive swap-out looks after it has cleared the entry. What S2, and S3 without M1
 * or M2, lack is a barrier between an atomic and a load (088b8aa537c2). Every atomic of x86 is a
 * full fence, so the explorer alone shows it.
 */
public final class GupFastVersusSwapOut {
  private GupFastVersusSwapOut() {}

  /** v5.17. This one must be observed wherever the tests run. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 2,416 of 479,847 runs (0.5 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("gup-fast-vs-swap-out", "S0");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void swapOutAndFork() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 without M2: a deferred flush, and no barrier before the look for pins. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in none of 735,182 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithoutBarriers {
    private static final Race RACE = Race.marked("gup-fast-vs-swap-out", "S3-without-M2");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void swapOutAndFork() {
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
    private static final Race RACE = Race.marked("gup-fast-vs-swap-out", "S3");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void swapOutAndFork() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
