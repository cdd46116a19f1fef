package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * GUP-fast takes a writable pin of a page of hugetlb during fork: scenario
 * 623a1ddfeb23-hugetlb-fork.
 *
 * <p>Without write_protect_seq fork looks for pins before the pin, and GUP-fast at the entry before
 * fork protects it: an interleaving, that of {@link GupFastVersusFork}.
 *
 * <h2>What cannot be seen here</h2>
 *
 * With write_protect_seq, and no smp_mb() after it, fork's look for pins may overtake its store to
 * the counter: the pin of a huge page is no change of _refcount, so the reference that fork takes
 * does not order the two. Between store and look fork takes a lock, and x86 makes a full fence of
 * it: the explorer alone shows what is missing.
 */
public final class GupFastVersusHugetlbFork {
  private GupFastVersusHugetlbFork() {}

  /** v6.1 without the fix. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 20 of 126,864 runs (0.016 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("623a1ddfeb23-hugetlb-fork", "S3-without-hugetlb-write-protect-seq");
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

  /** v6.1: the counter, and no barrier between it and the look for pins. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in none of 91,370 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4), JDK
  // 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithoutBarriers {
    private static final Race RACE = Race.marked("623a1ddfeb23-hugetlb-fork", "S3");
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

  /** v6.1 with smp_mb() after the store to the counter. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("623a1ddfeb23-hugetlb-fork", "S3-with-hugetlb-fork-mb");
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

  /** The weak spot: a store, a lock, and a load. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "fork has seen the pin, or GUP-fast the fork")
  // Seen in none of 948,262 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-25.
  @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "neither has seen the other")
  public static class Isolated {
    private final AtomicLong pins = new AtomicLong();
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong lock = new AtomicLong();

    @Actor
    public void fork(JJ_Result result) {
      sequence.setOpaque(1);
      VarHandle.storeStoreFence();
      lock.compareAndExchangeAcquire(0, 1);
      result.r1 = pins.getOpaque();
    }

    @Actor
    public void pin(JJ_Result result) {
      pins.getAndAdd(1);
      VarHandle.fullFence();
      result.r2 = sequence.getOpaque();
    }
  }
}
