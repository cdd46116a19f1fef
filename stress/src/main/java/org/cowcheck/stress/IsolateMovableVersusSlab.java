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
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * isolate_movable_page() looks at a page that becomes a slab page: scenario
 * 8b8817630ae8-isolate-movable-vs-slab.
 *
 * <p>It has looked for PG_slab, or does not look at all, and then takes what slab keeps in mapping
 * for the operations of a movable page: an interleaving. 8b8817630ae8 makes it look before and
 * after, with barriers on both sides.
 */
public final class IsolateMovableVersusSlab {
  private IsolateMovableVersusSlab() {}

  /** v6.1 with slab_list over mapping (130d4df57390). */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 16 of 784,422 runs (0.002 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = ".*isolate_movable_page\\(\\) followed mapping of a page that never was movable.*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "it follows a poisoned pointer")
  // The explorer finds it under LKMM alone.
  @Outcome(
      id = "., 0, a VM_BUG_ON or bad-page check fired",
      expect = ACCEPTABLE_INTERESTING,
      desc = "it has locked the page, which the owner frees")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("8b8817630ae8-isolate-movable-vs-slab", "S3-with-slab-list-over-mapping");
    private final Run run = RACE.start();

    @Actor
    public void allocAndFreeSlab() {
      run.cpu0();
    }

    @Actor
    public void isolateMovablePage() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 with slab_list over mapping and 8b8817630ae8. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("8b8817630ae8-isolate-movable-vs-slab", "S3-with-slab-skip");
    private final Run run = RACE.start();

    @Actor
    public void allocAndFreeSlab() {
      run.cpu0();
    }

    @Actor
    public void isolateMovablePage() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: one look at the flag before one at the pointer. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "a slab page is left alone")
  // Seen in 2,503 of 2,676,793 runs (0.094 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "0, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pointer of a slab page is followed")
  public static class Isolated {
    private final AtomicLong slab = new AtomicLong();
    private final AtomicLong mapping = new AtomicLong();

    @Actor
    public void alloc() {
      slab.setOpaque(1);
      VarHandle.storeStoreFence();
      mapping.setOpaque(1);
    }

    @Actor
    public void isolate(JJ_Result result) {
      result.r1 = slab.getOpaque();
      VarHandle.loadLoadFence();
      result.r2 = mapping.getOpaque();
    }
  }

  /** The weak spot with a second look at the flag, after the one at the pointer. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 0", "0, 0, 1", "0, 1, 1", "1, 0, 1", "1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "a slab page is left alone")
  @Outcome(id = "0, 1, 0", expect = FORBIDDEN, desc = "the pointer of a slab page is followed")
  public static class IsolatedWithSecondLook {
    private final AtomicLong slab = new AtomicLong();
    private final AtomicLong mapping = new AtomicLong();

    @Actor
    public void alloc() {
      slab.setOpaque(1);
      VarHandle.storeStoreFence(); // paired with the second fence of isolate()
      mapping.setOpaque(1);
    }

    @Actor
    public void isolate(JJJ_Result result) {
      result.r1 = slab.getOpaque();
      VarHandle.loadLoadFence();
      result.r2 = mapping.getOpaque();
      VarHandle.loadLoadFence(); // paired with the fence of alloc()
      result.r3 = slab.getOpaque();
    }
  }
}
