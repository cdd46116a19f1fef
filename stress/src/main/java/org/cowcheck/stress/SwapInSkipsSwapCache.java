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
 * Two threads fault on one swap entry, and each reads the slot: scenario
 * 13ddaf26be32-swap-in-skips-swap-cache.
 *
 * <p>One has read the slot when the other brings the page in, writes to it and has it swapped out
 * to the same slot. The entry has the same value as before: an interleaving, ABA. Since
 * 13ddaf26be32 who reads the slot sets SWAP_HAS_CACHE first, and the other waits.
 */
public final class SwapInSkipsSwapCache {
  private SwapInSkipsSwapCache() {}

  /** v6.1. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 26 of 179,010 runs (0.015 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = ".*, a swap-in maps stale contents",
      expect = ACCEPTABLE_INTERESTING,
      desc = "a write is lost")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("13ddaf26be32-swap-in-skips-swap-cache", "S3");
    private final Run run = RACE.start();

    @Actor
    public void readFault() {
      run.cpu0();
    }

    @Actor
    public void writeFaultAndSwapOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 with 13ddaf26be32. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("13ddaf26be32-swap-in-skips-swap-cache", "S3-with-13ddaf26be32");
    private final Run run = RACE.start();

    @Actor
    public void readFault() {
      run.cpu0();
    }

    @Actor
    public void writeFaultAndSwapOut() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: what is read before a compare-and-set that any later equal value satisfies. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "before, during or after the other")
  // Seen in 50,002 of 2,105,382 runs (2.4 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "0, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "what was read before is mapped after")
  public static class Isolated {
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong slot = new AtomicLong();

    @Actor
    public void read(JJ_Result result) {
      long contents = slot.getAcquire();
      result.r1 = entry.compareAndSet(1, 2) ? contents : -1;
    }

    @Actor
    public void writeAndSwapOut(JJ_Result result) {
      if (entry.compareAndSet(1, 0)) {
        slot.setRelease(1);
        entry.setRelease(1);
        result.r2 = 1;
      }
    }
  }

  /** The weak spot with a flag that only one of them can set. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "before, during or after the other")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "what was read before is mapped after")
  public static class IsolatedWithCache {
    private final AtomicLong cache = new AtomicLong();
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong slot = new AtomicLong();

    @Actor
    public void read(JJ_Result result) {
      result.r1 = -1;
      if (cache.compareAndSet(0, 1)) {
        long contents = slot.getAcquire();
        result.r1 = entry.compareAndSet(1, 2) ? contents : -1;
        cache.setRelease(0);
      }
    }

    @Actor
    public void writeAndSwapOut(JJ_Result result) {
      if (cache.compareAndSet(0, 1)) {
        if (entry.compareAndSet(1, 0)) {
          slot.setRelease(1);
          entry.setRelease(1);
          result.r2 = 1;
        }
        cache.setRelease(0);
      }
    }
  }
}
