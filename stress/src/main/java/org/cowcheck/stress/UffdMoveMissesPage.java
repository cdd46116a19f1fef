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
 * UFFDIO_MOVE moves a swap entry while its page comes in and goes out again: scenario
 * 0ea148a79919-uffd-move-misses-page.
 *
 * <p>The move finds no page in the swap cache, and then the same entry: an interleaving, ABA.
 * 0ea148a79919 looks for a page again once the locks of the page tables are taken.
 */
public final class UffdMoveMissesPage {
  private UffdMoveMissesPage() {}

  /** v6.1 with UFFDIO_MOVE and c50f8e6053b0. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 6 of 166,722 runs (0.0036 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = ".*, a page belongs to another VMA than its entry",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the page stays behind")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("0ea148a79919-uffd-move-misses-page", "S3-with-c50f8e6053b0");
    private final Run run = RACE.start();

    @Actor
    public void uffdioMove() {
      run.cpu0();
    }

    @Actor
    public void swapInAndOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 with UFFDIO_MOVE and 0ea148a79919. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("0ea148a79919-uffd-move-misses-page", "S3-with-0ea148a79919");
    private final Run run = RACE.start();

    @Actor
    public void uffdioMove() {
      run.cpu0();
    }

    @Actor
    public void swapInAndOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: the swap cache is looked at before the lock is taken. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1", "-1, 1"},
      expect = ACCEPTABLE,
      desc = "before, after or during the other")
  // Seen in 19,285 of 2,420,793 runs (0.8 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "0, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the page in the swap cache is missed")
  public static class Isolated {
    private final Object lock = new Object();
    private long entry = 1;
    private final AtomicLong cache = new AtomicLong();

    @Actor
    public void move(JJ_Result result) {
      long found = cache.getAcquire();
      synchronized (lock) {
        result.r1 = entry == 1 ? found : -1;
        entry = entry == 1 ? 2 : entry;
      }
    }

    @Actor
    public void swapInAndOut(JJ_Result result) {
      synchronized (lock) {
        if (entry != 1) {
          return;
        }
        entry = 0;
      }
      cache.setRelease(1);
      synchronized (lock) {
        entry = 1;
      }
      result.r2 = 1;
    }
  }

  /** The weak spot with a look under the lock. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1", "-1, 1"},
      expect = ACCEPTABLE,
      desc = "before, after or during the other")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "the page in the swap cache is missed")
  public static class IsolatedWithSecondLook {
    private final Object lock = new Object();
    private long entry = 1;
    private final AtomicLong cache = new AtomicLong();

    @Actor
    public void move(JJ_Result result) {
      synchronized (lock) {
        result.r1 = entry == 1 ? cache.getAcquire() : -1;
        entry = entry == 1 ? 2 : entry;
      }
    }

    @Actor
    public void swapInAndOut(JJ_Result result) {
      synchronized (lock) {
        if (entry != 1) {
          return;
        }
        entry = 0;
      }
      cache.setRelease(1);
      synchronized (lock) {
        entry = 1;
      }
      result.r2 = 1;
    }
  }
}
