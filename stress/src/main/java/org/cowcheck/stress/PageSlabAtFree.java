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
 * An exclusive anonymous page is freed while PageSlab() looks at it: scenario pageslab-at-free.
 *
 * <p>The free path clears PG_anon_exclusive (PG_slab) before it resets mapping, with a wmb()
 * between; PageSlab() loads mapping, then flags, with nothing between (RFC 08/13,
 * 20220224122614.94921-9-david@redhat.com). The lie needs the two loads in the other order.
 *
 * <h2>What cannot be seen here</h2>
 *
 * x86 keeps loads in order, and stores. Only the JIT could swap the loads: neither an opaque nor a
 * plain access orders anything, so the lie is allowed. C2 does swap the two plain loads in
 * isolation; in PageSlab() itself it was not seen to. The missing wmb() (patch seed-without-wmb)
 * cannot be seen on x86 for the same reason.
 */
public final class PageSlabAtFree {
  private PageSlabAtFree() {}

  /** The seed, with accesses that are plain in the source marked. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in none of 1,265,702 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-23.
  @Outcome(
      id = ".*, PageSlab\\(\\) said slab, [^;]*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "PageSlab() lied")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("pageslab-at-free", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void pageSlab() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /**
   * The seed as written, with plain accesses. The calls between the two loads are inlined or not,
   * as the JIT decides; the lie is allowed.
   */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in none of 1,161,486 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-23.
  @Outcome(
      id = ".*, PageSlab\\(\\) said slab, [^;]*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "PageSlab() lied")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeAsWritten {
    private static final Race RACE = Race.asWritten("pageslab-at-free", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void pageSlab() {
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
    private static final Race RACE = Race.marked("pageslab-at-free", "seed-with-reader-rmb");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void pageSlab() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: two marked loads that nothing orders. The JIT may swap them, x86 may not. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "anonymous, or the flag is seen cleared")
  // Seen in none of 10,973,252 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-23.
  @Outcome(id = "0, 1", expect = ACCEPTABLE_INTERESTING, desc = "not anonymous, and PG_slab")
  public static class Isolated {
    private final AtomicLong flag = new AtomicLong(1);
    private final AtomicLong mapping = new AtomicLong(1);

    @Actor
    public void free() {
      flag.setOpaque(0);
      VarHandle.storeStoreFence();
      mapping.setOpaque(0);
    }

    @Actor
    public void look(JJ_Result result) {
      result.r1 = mapping.getOpaque();
      result.r2 = flag.getOpaque();
    }
  }

  /** The weak spot with plain loads: C2 schedules the two loads of a block as it likes. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "anonymous, or the flag is seen cleared")
  // Seen in 2,862 of 20,680,742 runs (0.014 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-23.
  @Outcome(id = "0, 1", expect = ACCEPTABLE_INTERESTING, desc = "not anonymous, and PG_slab")
  public static class IsolatedAsWritten {
    private long flag = 1;
    private long mapping = 1;

    @Actor
    public void free() {
      flag = 0;
      VarHandle.storeStoreFence();
      mapping = 0;
    }

    @Actor
    public void look(JJ_Result result) {
      result.r1 = mapping;
      result.r2 = flag;
    }
  }

  /** The weak spot with smp_rmb() between the loads, paired with the wmb() of the free path. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "anonymous, or the flag is seen cleared")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "not anonymous, and PG_slab")
  public static class IsolatedWithReaderRmb {
    private final AtomicLong flag = new AtomicLong(1);
    private final AtomicLong mapping = new AtomicLong(1);

    @Actor
    public void free() {
      flag.setOpaque(0);
      VarHandle.storeStoreFence(); // paired with the fence of look()
      mapping.setOpaque(0);
    }

    @Actor
    public void look(JJ_Result result) {
      result.r1 = mapping.getOpaque();
      VarHandle.loadLoadFence(); // paired with the fence of free()
      result.r2 = flag.getOpaque();
    }
  }
}
