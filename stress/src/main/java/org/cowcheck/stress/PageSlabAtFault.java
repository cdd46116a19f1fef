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
 * A page is faulted in as anonymous while PageSlab() looks at it: scenario pageslab-at-fault.
 *
 * <p>PageSlab() loads mapping before the fault and flags after it. This takes an interleaving, no
 * reordering: any machine with two CPUs shows it, and no barrier helps.
 */
public final class PageSlabAtFault {
  private PageSlabAtFault() {}

  /** The seed. This one must be observed wherever the tests run. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 422 of 804,308 runs (0.05 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-23.
  @Outcome(
      id = ".*, PageSlab\\(\\) said slab, [^;]*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "PageSlab() lied")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE = Race.marked("pageslab-at-fault", "seed");
    private final Run run = RACE.start();

    @Actor
    public void doAnonymousPage() {
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

  /** The seed with smp_rmb() between the loads: they were in order before, so nothing changes. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 959 of 1,951,782 runs (0.05 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-23.
  @Outcome(
      id = ".*, PageSlab\\(\\) said slab, [^;]*",
      expect = ACCEPTABLE_INTERESTING,
      desc = "PageSlab() lied")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class BeforeWithReaderRmb {
    private static final Race RACE = Race.marked("pageslab-at-fault", "seed-with-reader-rmb");
    private final Run run = RACE.start();

    @Actor
    public void doAnonymousPage() {
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
   * v5.19: PG_anon_exclusive is an alias of PG_mappedtodisk, and PageSlab() looks at flags alone.
   */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("pageslab-at-fault", "S2");
    private final Run run = RACE.start();

    @Actor
    public void doAnonymousPage() {
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

  /** The weak spot: two loads, in order, around a change of kind. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "before or after the change")
  // Only the JIT could do this: x86 keeps stores in order, and the loads are fenced.
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "anonymous, not yet exclusive")
  // Seen in 924 of 3,139,602 runs (0.03 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-23.
  @Outcome(id = "0, 1", expect = ACCEPTABLE_INTERESTING, desc = "not anonymous, and PG_slab")
  public static class Isolated {
    private final AtomicLong mapping = new AtomicLong();
    private final AtomicLong flag = new AtomicLong();

    @Actor
    public void fault() {
      mapping.setOpaque(1);
      flag.setOpaque(1);
    }

    @Actor
    public void look(JJ_Result result) {
      result.r1 = mapping.getOpaque();
      VarHandle.loadLoadFence();
      result.r2 = flag.getOpaque();
    }
  }

  /**
   * The weak spot with a second look at mapping, as isolate_movable_page() has it since
   * 8b8817630ae8, and with the two stores ordered.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 0", "0, 0, 1", "0, 1, 1", "1, 0, 1", "1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "no slab by one of the looks")
  @Outcome(id = "0, 1, 0", expect = FORBIDDEN, desc = "PG_slab, and not anonymous by both looks")
  @Outcome(expect = FORBIDDEN, desc = "mapping went back")
  public static class IsolatedWithSecondLook {
    private final AtomicLong mapping = new AtomicLong();
    private final AtomicLong flag = new AtomicLong();

    @Actor
    public void fault() {
      mapping.setOpaque(1);
      VarHandle.storeStoreFence(); // paired with the second fence of look()
      flag.setOpaque(1);
    }

    @Actor
    public void look(JJJ_Result result) {
      result.r1 = mapping.getOpaque();
      VarHandle.loadLoadFence();
      result.r2 = flag.getOpaque();
      VarHandle.loadLoadFence(); // paired with the fence of fault()
      result.r3 = mapping.getOpaque();
    }
  }
}
