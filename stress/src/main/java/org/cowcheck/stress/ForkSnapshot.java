package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A thread sets two words of a pinned page while fork copies it: the weak spot of scenario
 * 70e806e4e645-fork-snapshot.
 *
 * <p>The scenario itself does not run here: a user's access goes through the TLB, and a flush waits
 * for it; the model says so by a grace period of SRCU, which HardwareCpu refuses.
 */
public final class ForkSnapshot {
  private ForkSnapshot() {}

  /** Two words are copied one after the other, and set in that order meanwhile. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "what the memory was at some time")
  // Seen in 2,332 of 2,535,462 runs (0.092 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "0, 1", expect = ACCEPTABLE_INTERESTING, desc = "what the memory never was")
  public static class Isolated {
    private final AtomicLong first = new AtomicLong();
    private final AtomicLong second = new AtomicLong();

    @Actor
    public void copy(JJ_Result result) {
      result.r1 = first.getAcquire();
      result.r2 = second.getOpaque();
    }

    @Actor
    public void set() {
      first.setOpaque(1);
      second.setRelease(1);
    }
  }

  /** The same, and no store while the words are copied. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "what the memory was at some time")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "what the memory never was")
  public static class IsolatedWithLock {
    private final AtomicLong first = new AtomicLong();
    private final AtomicLong second = new AtomicLong();

    @Actor
    public synchronized void copy(JJ_Result result) {
      result.r1 = first.getAcquire();
      result.r2 = second.getOpaque();
    }

    @Actor
    public void set() {
      synchronized (this) {
        first.setOpaque(1);
      }
      synchronized (this) {
        second.setRelease(1);
      }
    }
  }
}
