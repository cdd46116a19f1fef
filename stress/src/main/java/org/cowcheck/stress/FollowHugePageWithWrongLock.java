package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * follow_page() takes the lock of another level than migration does: scenario
 * fac35ba763ed-follow-huge-page-wrong-lock.
 *
 * <p>Migration unmaps and frees the page between follow_page()'s look at the entry and its
 * reference: an interleaving.
 */
public final class FollowHugePageWithWrongLock {
  private FollowHugePageWithWrongLock() {}

  /** v5.19. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 6 of 147,144 runs (0.0041 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = ".*(a VM_BUG_ON or bad-page check fired|a page in the pool has a reference)",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the reference is that of a free page")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("fac35ba763ed-follow-huge-page-wrong-lock", "S2");
    private final Run run = RACE.start();

    @Actor
    public void followPage() {
      run.cpu0();
    }

    @Actor
    public void migrate() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v5.19 with fac35ba763ed. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("fac35ba763ed-follow-huge-page-wrong-lock", "S2-with-huge-page-table-lock");
    private final Run run = RACE.start();

    @Actor
    public void followPage() {
      run.cpu0();
    }

    @Actor
    public void migrate() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: a lock each. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE,
      desc = "the page was unmapped first, or has another reference")
  // Seen in 33,979 of 1,101,862 runs (3.1 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "a free page has got a reference")
  public static class Isolated {
    private final Object tableLock = new Object();
    private final Object mmLock = new Object();
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong count = new AtomicLong(1);

    @Actor
    public void follow(JJ_Result result) {
      synchronized (tableLock) {
        result.r1 = entry.getOpaque();
        count.getAndAdd(result.r1);
      }
    }

    @Actor
    public void migrate(JJ_Result result) {
      synchronized (mmLock) {
        entry.setOpaque(0);
      }
      result.r2 = count.compareAndSet(1, 0) ? 1 : 0;
    }
  }

  /** The weak spot with one lock. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE,
      desc = "the page was unmapped first, or has another reference")
  @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a free page has got a reference")
  public static class IsolatedWithLock {
    private final Object lock = new Object();
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong count = new AtomicLong(1);

    @Actor
    public void follow(JJ_Result result) {
      synchronized (lock) {
        result.r1 = entry.getOpaque();
        count.getAndAdd(result.r1);
      }
    }

    @Actor
    public void migrate(JJ_Result result) {
      synchronized (lock) {
        entry.setOpaque(0);
      }
      result.r2 = count.compareAndSet(1, 0) ? 1 : 0;
    }
  }
}
