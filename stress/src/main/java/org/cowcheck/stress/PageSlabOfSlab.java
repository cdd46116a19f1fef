package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * A freed anonymous page becomes a slab page, and the user of an object in it asks PageSlab():
 * scenario pageslab-of-slab.
 *
 * <p>The object is handed over by store-release and load-acquire, which orders all that was stored
 * before; no fix was needed, so there is no "before". The handing over is what the {@link Run}
 * judges "no slab" by: the stores before the release happen before the call.
 */
public final class PageSlabOfSlab {
  private PageSlabOfSlab() {}

  /** The seed as posted. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("pageslab-of-slab", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPageAndAllocSlab() {
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

  /** The seed as written, with plain accesses. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class AfterAsWritten {
    private static final Race RACE = Race.asWritten("pageslab-of-slab", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPageAndAllocSlab() {
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

  /** The weak spot: mapping and flags of before must not be seen with the object. */
  @JCStressTest
  @State
  @Outcome(id = "0, -1, -1", expect = ACCEPTABLE, desc = "no object yet")
  @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "an object, slab_cache and PG_slab")
  @Outcome(expect = FORBIDDEN, desc = "an object in a page that looks like no slab page")
  public static class Isolated {
    private final AtomicLong flag = new AtomicLong(1);
    private final AtomicLong mapping = new AtomicLong(1);
    private final AtomicLong object = new AtomicLong();

    @Actor
    public void allocate() {
      flag.setOpaque(0);
      mapping.setOpaque(0);
      flag.setOpaque(1);
      mapping.setOpaque(2);
      object.setRelease(1); // paired with the acquire of look()
    }

    @Actor
    public void look(JJJ_Result result) {
      result.r1 = object.getAcquire(); // paired with the release of allocate()
      boolean handedOver = result.r1 != 0;
      result.r2 = handedOver ? mapping.getOpaque() : -1;
      result.r3 = handedOver ? flag.getOpaque() : -1;
    }
  }
}
