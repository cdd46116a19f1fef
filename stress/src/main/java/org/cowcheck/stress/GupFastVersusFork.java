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
 * GUP-fast takes a writable pin while its mm forks: scenario gup-fast-vs-fork.
 *
 * <p>fork looks for pins, then write-protects the entry; GUP-fast pins, then looks at the entry
 * again. Without write_protect_seq both may find nothing: an interleaving, which any machine with
 * two CPUs shows (57efa1fe5957).
 *
 * <h2>What cannot be seen here</h2>
 *
 * S0 to S2, and S3 without M1, lack a barrier between the pin and the second look at
 * write_protect_seq. Every atomic of x86 is a locked instruction, a full fence, relaxed or not: the
 * explorer alone shows what is missing.
 */
public final class GupFastVersusFork {
  private GupFastVersusFork() {}

  /** v6.1 without write_protect_seq. This one must be observed wherever the tests run. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 678 of 763,342 runs (0.089 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("gup-fast-vs-fork", "S3-without-write-protect-seq");
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

  /** v5.19 without write_protect_seq: no barriers, and as bad as with them. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 1,627 of 830,926 runs (0.2 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin may see other memory than the page table")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithoutBarriers {
    private static final Race RACE =
        Race.marked("gup-fast-vs-fork", "S2-without-write-protect-seq");
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
    private static final Race RACE = Race.marked("gup-fast-vs-fork", "S3");
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

  /** The weak spot: a count and an entry; each side changes one before or after it looks. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "the pin, or the change of the entry, is seen")
  // Seen in 69,315 of 13,809,702 runs (0.5 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "neither has seen the other")
  public static class Isolated {
    private final AtomicLong pins = new AtomicLong();
    private final AtomicLong readOnly = new AtomicLong();

    @Actor
    public void fork(JJ_Result result) {
      result.r1 = pins.getOpaque();
      VarHandle.fullFence();
      readOnly.setOpaque(1);
    }

    @Actor
    public void pin(JJ_Result result) {
      pins.getAndAdd(1);
      VarHandle.fullFence();
      result.r2 = readOnly.getOpaque();
    }
  }

  /**
   * The weak spot with a sequence counter, and full barriers throughout: GUP-fast, which starts
   * before fork here, keeps its pin if the count has not changed.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "fork has seen the pin, or GUP-fast the fork")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither has seen the other")
  public static class IsolatedWithSequence {
    private final AtomicLong pins = new AtomicLong();
    private final AtomicLong sequence = new AtomicLong();

    @Actor
    public void fork(JJ_Result result) {
      sequence.setOpaque(1);
      VarHandle.fullFence(); // paired with the fence of pin()
      result.r1 = pins.getOpaque();
    }

    @Actor
    public void pin(JJ_Result result) {
      pins.getAndAdd(1);
      VarHandle.fullFence(); // paired with the fence of fork()
      result.r2 = sequence.getOpaque();
    }
  }
}
