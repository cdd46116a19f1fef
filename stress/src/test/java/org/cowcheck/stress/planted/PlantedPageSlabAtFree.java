package org.cowcheck.stress.planted;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.cowcheck.stress.Race;
import org.cowcheck.stress.Run;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * Twin of {@link org.cowcheck.stress.PageSlabAtFree} with a planted bug: it must fail.
 *
 * <p>With mapping reset, the flag stays set until all flags are cleared, and PageSlab() lies
 * between the two. The bad-page check of the free path, which knows PG_slab, fires in every run.
 */
public final class PlantedPageSlabAtFree {
  private PlantedPageSlabAtFree() {}

  /** The seed without its clearing of the flag in free_pages_prepare(). */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class WithoutClear {
    private static final Race RACE = Race.marked("pageslab-at-free", "seed-without-clear");
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

  /** The two words in isolation, with mapping reset before the flag is cleared. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "anonymous, or the flag is seen cleared")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "not anonymous, and PG_slab")
  public static class IsolatedInWrongOrder {
    private final AtomicLong flag = new AtomicLong(1);
    private final AtomicLong mapping = new AtomicLong(1);

    @Actor
    public void free() {
      mapping.setOpaque(0);
      VarHandle.storeStoreFence();
      flag.setOpaque(0);
    }

    @Actor
    public void look(JJ_Result result) {
      result.r1 = mapping.getOpaque();
      VarHandle.loadLoadFence();
      result.r2 = flag.getOpaque();
    }
  }
}
