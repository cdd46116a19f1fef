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
 * Reclaim discards a page of MADV_FREE that a direct IO has got hold of: scenario
 * 6c8e2a256915-madv-free-direct-io.
 *
 * <p>Until v5.18 reclaim looks at PG_dirty alone, which the IO sets later than it takes its
 * reference: an interleaving. Since then it looks at the count after it has cleared the entry, and
 * at PG_dirty after the count. The fix needs both barriers; x86 would do without the second.
 */
public final class MadviseFreeVersusDirectIo {
  private MadviseFreeVersusDirectIo() {}

  /** v6.1 that looks at PG_dirty alone. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in 3,955 of 183,106 runs (2.2 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = {
        "1, 0, reclaim discards a page that is written through a reference",
        "1, 1, reclaim discards a page that is written through a reference"
      },
      expect = ACCEPTABLE_INTERESTING,
      desc = "what the device read is gone")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("6c8e2a256915-madv-free-direct-io", "S3-without-6c8e2a256915");
    private final Run run = RACE.start();

    @Actor
    public void directIo() {
      run.cpu0();
    }

    @Actor
    public void reclaim() {
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
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("6c8e2a256915-madv-free-direct-io", "S3");
    private final Run run = RACE.start();

    @Actor
    public void directIo() {
      run.cpu0();
    }

    @Actor
    public void reclaim() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: the flag is set later than the entry was looked at. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "no IO, or reclaim has seen it")
  // Seen in 56,145 of 1,071,142 runs (5.2 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "reclaim discards the page of an IO")
  public static class Isolated {
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong dirty = new AtomicLong();

    @Actor
    public void directIo(JJ_Result result) {
      result.r1 = entry.getOpaque();
      dirty.setOpaque(result.r1);
    }

    @Actor
    public void reclaim(JJ_Result result) {
      entry.setOpaque(0);
      VarHandle.fullFence();
      result.r2 = dirty.getOpaque();
    }
  }

  /**
   * The weak spot with a count that rises before the look at the entry, and falls after the flag.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "no IO, or reclaim has seen it")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "reclaim discards the page of an IO")
  public static class IsolatedWithCount {
    private final AtomicLong entry = new AtomicLong(1);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong dirty = new AtomicLong();

    @Actor
    public void directIo(JJ_Result result) {
      count.getAndAdd(1);
      VarHandle.fullFence(); // paired with the full fence of reclaim()
      result.r1 = entry.getOpaque();
      dirty.setOpaque(result.r1);
      VarHandle.fullFence(); // paired with the load fence of reclaim()
      count.getAndAdd(-1);
    }

    @Actor
    public void reclaim(JJ_Result result) {
      entry.setOpaque(0);
      VarHandle.fullFence(); // paired with the first fence of directIo()
      long references = count.getOpaque();
      VarHandle.loadLoadFence(); // paired with the second fence of directIo()
      result.r2 = references | dirty.getOpaque();
    }
  }
}
