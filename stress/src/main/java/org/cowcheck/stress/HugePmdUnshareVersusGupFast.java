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
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * GUP-fast walks a shared table of PMD entries that its process leaves to another one: scenario
 * cve-2025-38085-huge-pmd-unshare.
 *
 * <p>GUP-fast has loaded the PUD entry. The second look, at the PMD entry, is at the other
 * process's entry, too: an interleaving, where no flush of the TLB waits for GUP-fast.
 *
 * <p>There is no "after": the fix waits by an IPI until no CPU is in GUP-fast, and user space has
 * none.
 */
public final class HugePmdUnshareVersusGupFast {
  private HugePmdUnshareVersusGupFast() {}

  /** v6.1. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 9 of 115,678 runs (0.0078 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 0, a pinned page lost its exclusivity.*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin holds another process's page")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("cve-2025-38085-huge-pmd-unshare", "S3");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void unshareAndMap() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: the word of the upper level is looked at once. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 0", "1, 1, 1", "1, 1, 2"},
      expect = ACCEPTABLE,
      desc = "no table, the own page, or a page that has changed")
  // Seen in 254 of 2,625,593 runs (0.0097 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "1, 2, 2", expect = ACCEPTABLE_INTERESTING, desc = "another process's page, twice")
  public static class Isolated {
    private final AtomicLong pud = new AtomicLong(1);
    private final AtomicLong pmd = new AtomicLong(1);

    @Actor
    public void pin(JJJ_Result result) {
      result.r1 = pud.getAcquire();
      if (result.r1 != 0) {
        result.r2 = pmd.getAcquire();
        result.r3 = pmd.getOpaque();
      }
    }

    @Actor
    public void unshareAndMap() {
      pud.setOpaque(0);
      VarHandle.fullFence();
      pmd.setOpaque(2);
    }
  }
}
