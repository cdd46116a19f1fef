package org.cowcheck.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * /proc/kpageflags is read under a speculative reference while the owner puts its own: scenario
 * kpageflags-with-reference.
 *
 * <p>The reader that got a reference looks before the page can be freed, so the seed needs no fix
 * here, and there is no "before". The reference counts are full atomics, on x86 and in Java.
 */
public final class KPageFlagsWithReference {
  private KPageFlagsWithReference() {}

  /** The seed as posted. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("kpageflags-with-reference", "seed");
    private final Run run = RACE.start();

    @Actor
    public void putPage() {
      run.cpu0();
    }

    @Actor
    public void stablePageFlags() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }
}
