package org.cowcheck.stress.planted;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * Twin of {@link org.cowcheck.stress.IsolateMovableVersusSlab} with a planted bug: it must fail.
 */
public final class PlantedIsolateMovableVersusSlab {
  private PlantedIsolateMovableVersusSlab() {}

  /** The two words in isolation, and no second look at the flag. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "a slab page is left alone")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "the pointer of a slab page is followed")
  public static class IsolatedWithOneLook {
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
}
