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
 * GUP-fast pins a page that is being copied into a huge page: scenario
 * 70cbc3cc78a9-gup-fast-vs-collapse.
 *
 * <p>Collapse clears the PMD entry and looks for references; GUP-fast takes one and looks at the
 * PTE, which is still there: an interleaving, where no flush of the TLB waits for GUP-fast. Since
 * 70cbc3cc78a9 GUP-fast looks at the PMD entry again. That fix runs here; the second one,
 * 2ba99c5e0881, waits by an IPI, which has no counterpart outside a kernel.
 */
public final class GupFastVersusCollapse {
  private GupFastVersusCollapse() {}

  /** v6.1 without either fix. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1, holds", "1, 0, holds", "1, 1, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  // Seen in none of 114,183 runs: two x86-64 cores of a busy virtual machine (AMD EPYC, Zen 4),
  // JDK 17, C2, 2026-11-25. jcstress lets its actors drift apart, and GUP-fast, by far the
  // shorter, is done before collapse clears the PMD entry. Seen in 35 of 39,936 runs (0.088 %)
  // before each of which two threads waited for each other, on the same machine.
  @Outcome(
      id = "1, 1, a pinned page lost its exclusivity",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the pin holds a page that nobody maps")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked(
            "70cbc3cc78a9-gup-fast-vs-collapse", "S3-without-pmd-recheck-and-collapse-sync");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void collapse() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v6.1 with 70cbc3cc78a9 alone. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, holds", "0, 1, holds", "1, 0, holds", "1, 1, holds"},
      expect = ACCEPTABLE,
      desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE =
        Race.marked("70cbc3cc78a9-gup-fast-vs-collapse", "S3-without-collapse-sync");
    private final Run run = RACE.start();

    @Actor
    public void gupFast() {
      run.cpu0();
    }

    @Actor
    public void collapse() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: GUP-fast looks at a word that collapse has not changed yet. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "collapse has seen the reference, or GUP-fast the cleared PTE")
  // Seen in 48,073 of 2,279,462 runs (2.1 %): two x86-64 cores of a busy virtual machine (AMD
  // EPYC, Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(id = "0, 1", expect = ACCEPTABLE_INTERESTING, desc = "neither has seen the other")
  public static class Isolated {
    private final AtomicLong pmd = new AtomicLong(1);
    private final AtomicLong pte = new AtomicLong(1);
    private final AtomicLong count = new AtomicLong();

    @Actor
    public void collapse(JJ_Result result) {
      pmd.setOpaque(0);
      VarHandle.fullFence();
      result.r1 = count.getOpaque();
      pte.setOpaque(0);
    }

    @Actor
    public void pin(JJ_Result result) {
      count.getAndAdd(1);
      VarHandle.fullFence();
      result.r2 = pte.getOpaque();
    }
  }

  /** The weak spot with a look at the word that collapse changes first. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "collapse has seen the reference, or GUP-fast the cleared PMD entry")
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "neither has seen the other")
  public static class IsolatedWithPmd {
    private final AtomicLong pmd = new AtomicLong(1);
    private final AtomicLong count = new AtomicLong();

    @Actor
    public void collapse(JJ_Result result) {
      pmd.setOpaque(0);
      VarHandle.fullFence(); // paired with the fence of pin()
      result.r1 = count.getOpaque();
    }

    @Actor
    public void pin(JJ_Result result) {
      count.getAndAdd(1);
      VarHandle.fullFence(); // paired with the fence of collapse()
      result.r2 = pmd.getOpaque();
    }
  }
}
