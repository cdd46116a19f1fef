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
 * GUP-fast pins and unpins while its mm forks and then writes: scenario
 * gup-fast-vs-fork-then-write.
 *
 * <p>That a copy is mapped before its flags are seen cannot be seen here: x86 keeps stores in
 * order.
 */
public final class GupFastVersusForkThenWrite {
  private GupFastVersusForkThenWrite() {}

  /** v6.1 without write_protect_seq: the check of unpin_user_page() fires. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1, holds", "1, 1, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 1,163 of 4,223,485 runs (0.03 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-24.
  @Outcome(
      id = "1, 1, a VM_BUG_ON or bad-page check fired",
      expect = ACCEPTABLE_INTERESTING,
      desc = "a pinned page is not exclusive when it is unpinned")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("gup-fast-vs-fork-then-write", "S3-without-write-protect-seq");
    private final Run run = RACE.start();

    @Actor
    public void pinAndUnpin() {
      run.cpu0();
    }

    @Actor
    public void forkThenWrite() {
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
      id = {"0, 1, holds", "1, 1, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("gup-fast-vs-fork-then-write", "S3");
    private final Run run = RACE.start();

    @Actor
    public void pinAndUnpin() {
      run.cpu0();
    }

    @Actor
    public void forkThenWrite() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
