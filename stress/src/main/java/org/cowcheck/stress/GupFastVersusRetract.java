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
 * GUP-fast walks a page table that khugepaged takes away and frees: scenario
 * 2ba99c5e0881-gup-fast-vs-retract.
 *
 * <p>GUP-fast has loaded the PMD entry, and then reads what lies where the page table was: an
 * interleaving, where no flush of the TLB waits for GUP-fast.
 *
 * <p>There is no "after": the fix waits by an IPI until no CPU is in GUP-fast, and user space has
 * none.
 */
public final class GupFastVersusRetract {
  private GupFastVersusRetract() {}

  /** v6.1 without the fix. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1, holds", expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 26 of 292,642 runs (0.0089 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "0, 1, a page table is walked after it was freed",
      expect = ACCEPTABLE_INTERESTING,
      desc = "GUP-fast takes what it finds for an entry")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("2ba99c5e0881-gup-fast-vs-retract", "S3-without-collapse-sync");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void retract() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: two loads, the second through the first, and memory that is freed between. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "no table, or one that is there")
  // Seen in 162 of 1,450,022 runs (0.011 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "1, -1", expect = ACCEPTABLE_INTERESTING, desc = "the table is freed")
  public static class Isolated {
    private final AtomicLong pmd = new AtomicLong(1);
    private final AtomicLong pte = new AtomicLong(1);

    @Actor
    public void walk(JJ_Result result) {
      result.r1 = pmd.getAcquire();
      result.r2 = result.r1 == 0 ? 0 : pte.getOpaque();
    }

    @Actor
    public void free() {
      pmd.setOpaque(0);
      VarHandle.fullFence();
      pte.setOpaque(-1);
    }
  }
}
