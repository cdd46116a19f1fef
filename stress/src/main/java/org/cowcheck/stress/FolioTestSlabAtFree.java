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
 * An exclusive anonymous page is freed while folio_test_slab() looks at it: scenario
 * folio-test-slab-at-free.
 *
 * <p>As {@link PageSlabAtFree}, without the compound_head loads; its weak spot in isolation is the
 * same and is there. What cannot be seen here cannot for the same reason: x86 keeps loads in order.
 */
public final class FolioTestSlabAtFree {
  private FolioTestSlabAtFree() {}

  /** The seed, with accesses that are plain in the source marked. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in none of 1,132,582 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-23.
  @Outcome(
      id = ".*, folio_test_slab\\(\\) said slab, [^;]*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "folio_test_slab() lied")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("folio-test-slab-at-free", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void folioTestSlab() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The seed with smp_rmb() between the two loads, paired with the wmb() of the free path. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("folio-test-slab-at-free", "seed-with-reader-rmb");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void folioTestSlab() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
