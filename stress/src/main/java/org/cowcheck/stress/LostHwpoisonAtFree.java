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
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * memory_failure() marks a page while its owner frees it: scenario lost-hwpoison-at-free.
 *
 * <p>The free path clears flags by a load and a store of the whole word, and the atomic set of
 * PG_hwpoison falls between: an interleaving. v6.1 does so, and no fix is known.
 */
public final class LostHwpoisonAtFree {
  private LostHwpoisonAtFree() {}

  /** v6.1. This one must be observed wherever the tests run. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 761 of 1,151,033 runs (0.066 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = ".*, PG_hwpoison was set and is lost",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the page is free and said to be sound")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("lost-hwpoison-at-free", "S3");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void memoryFailure() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 whose free path clears flags atomically. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("lost-hwpoison-at-free", "S3-with-atomic-free");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void memoryFailure() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: a load and a store of a word in which another CPU sets a bit. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "both bits are as they should be")
  // Seen in 135,253 of 3,549,222 runs (3.8 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "0", expect = ACCEPTABLE_INTERESTING, desc = "the bit is lost")
  public static class Isolated {
    private final AtomicLong flags = new AtomicLong(1);

    @Actor
    public void free() {
      flags.setOpaque(flags.getOpaque() & ~1);
    }

    @Actor
    public void poison() {
      flags.getAndAdd(2);
    }

    @Arbiter
    public void look(J_Result result) {
      result.r1 = flags.get();
    }
  }

  /** The weak spot with an atomic update on either side. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "both bits are as they should be")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "the bit is lost")
  public static class IsolatedWithAtomic {
    private final AtomicLong flags = new AtomicLong(1);

    @Actor
    public void free() {
      flags.getAndAdd(-1);
    }

    @Actor
    public void poison() {
      flags.getAndAdd(2);
    }

    @Arbiter
    public void look(J_Result result) {
      result.r1 = flags.get();
    }
  }
}
