package org.cowcheck.stress.planted;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Twin of {@link org.cowcheck.stress.ForkSnapshot} with a planted bug: it must fail. */
public final class PlantedForkSnapshot {
  private PlantedForkSnapshot() {}

  /** The copy takes the lock, and the stores do not. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "what the memory was at some time")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "what the memory never was")
  public static class IsolatedWithoutLock {
    private final AtomicLong first = new AtomicLong();
    private final AtomicLong second = new AtomicLong();

    @Actor
    public synchronized void copy(JJ_Result result) {
      result.r1 = first.getAcquire();
      result.r2 = second.getOpaque();
    }

    @Actor
    public void set() {
      first.setOpaque(1);
      second.setRelease(1);
    }
  }
}
