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
 * GUP-fast takes the first pin of an mm while it forks: scenario gup-fast-vs-fork-first-pin.
 *
 * <p>fork makes write_protect_seq odd, then loads MMF_HAS_PINNED; GUP-fast sets MMF_HAS_PINNED,
 * then loads write_protect_seq. This is store buffering, and fork has but smp_wmb() and a
 * spin_lock() between.
 *
 * <h2>What cannot be seen here</h2>
 *
 * The spin_lock() of x86 is a locked instruction, a full fence. So v6.1 does not go wrong on x86;
 * the explorer alone shows that it may under LKMM. The weak spot in isolation has no lock.
 */
public final class GupFastVersusForkFirstPin {
  private GupFastVersusForkFirstPin() {}

  /** v6.1. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in none of 742,096 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("gup-fast-vs-fork-first-pin", "S3");
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

  /** v6.1 without write_protect_seq: an interleaving, as in {@link GupFastVersusFork}. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 534 of 673,230 runs (0.079 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithoutSequence {
    private static final Race RACE =
        Race.marked("gup-fast-vs-fork-first-pin", "S3-without-write-protect-seq");
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

  /** v6.1 with smp_mb() in fork once write_protect_seq is odd. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("gup-fast-vs-fork-first-pin", "S3-with-fork-mb");
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

  /** The weak spot: what fork has between store and load, but for the lock. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "the flag, or the odd count, is seen")
  // Seen in 155,039 of 65,583,142 runs (0.24 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "neither has seen the other")
  public static class Isolated {
    private final AtomicLong hasPinned = new AtomicLong();
    private final AtomicLong sequence = new AtomicLong();

    @Actor
    public void fork(JJ_Result result) {
      sequence.setOpaque(1);
      VarHandle.storeStoreFence();
      result.r1 = hasPinned.getOpaque();
    }

    @Actor
    public void pin(JJ_Result result) {
      hasPinned.setOpaque(1);
      VarHandle.fullFence();
      result.r2 = sequence.getOpaque();
    }
  }

  /** The weak spot with smp_mb() in fork. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "the flag, or the odd count, is seen")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither has seen the other")
  public static class IsolatedWithMb {
    private final AtomicLong hasPinned = new AtomicLong();
    private final AtomicLong sequence = new AtomicLong();

    @Actor
    public void fork(JJ_Result result) {
      sequence.setOpaque(1);
      VarHandle.fullFence(); // paired with the fence of pin()
      result.r1 = hasPinned.getOpaque();
    }

    @Actor
    public void pin(JJ_Result result) {
      hasPinned.setOpaque(1);
      VarHandle.fullFence(); // paired with the fence of fork()
      result.r2 = sequence.getOpaque();
    }
  }
}
