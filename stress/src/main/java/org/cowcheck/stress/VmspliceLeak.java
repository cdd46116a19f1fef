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
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A child keeps a page in a pipe and unmaps it, and the parent writes: scenario
 * cve-2020-29374-vmsplice.
 *
 * <p>The parent counts mappings, finds itself alone with the page and reuses it; the child reads it
 * later: an interleaving. 09854ba94c6a makes the parent count references.
 */
public final class VmspliceLeak {
  private VmspliceLeak() {}

  /** v5.17 that counts mappings, as v5.7 does. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, holds", expect = ACCEPTABLE, desc = "every invariant holds")
  // Seen in 141 of 131,038 runs (0.11 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 1, a page reference shows what another process wrote to its own memory",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the child reads what the parent wrote")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class Before {
    private static final Race RACE =
        Race.marked("cve-2020-29374-vmsplice", "S0-with-mapcount-reuse");
    private final Run run = RACE.start();

    @Actor
    public void write() {
      run.cpu0();
    }

    @Actor
    public void vmspliceAndUnmap() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** v5.17. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, holds", expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class After {
    private static final Race RACE = Race.marked("cve-2020-29374-vmsplice", "S0");
    private final Run run = RACE.start();

    @Actor
    public void write() {
      run.cpu0();
    }

    @Actor
    public void vmspliceAndUnmap() {
      run.cpu1();
    }

    @Arbiter
    public void judge(JJL_Result result) {
      run.judge(result);
    }
  }

  /** The weak spot: the parent looks at mappings alone. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0"},
      expect = ACCEPTABLE,
      desc = "the page is copied, or the child read before")
  // Seen in 545 of 1,572,902 runs (0.035 %): two x86-64 cores of a busy virtual machine (AMD EPYC,
  // Zen 4), JDK 17, C2, 2026-11-25.
  @Outcome(
      id = "1, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the child reads what the parent wrote")
  public static class Isolated {
    private final AtomicLong mappings = new AtomicLong(2);
    private final AtomicLong contents = new AtomicLong();

    @Actor
    public void write(JJ_Result result) {
      if (mappings.get() == 1) {
        contents.set(1);
        result.r1 = 1;
      }
    }

    @Actor
    public void vmspliceAndUnmap(JJ_Result result) {
      mappings.getAndAdd(-1);
      result.r2 = contents.get();
    }
  }

  /** The weak spot with a look at references, of which the child keeps one. */
  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the page is copied")
  @Outcome(
      id = {"1, 0", "1, 1"},
      expect = FORBIDDEN,
      desc = "the page is reused while the child holds it")
  public static class IsolatedWithCount {
    private final AtomicLong references = new AtomicLong(2);
    private final AtomicLong contents = new AtomicLong();

    @Actor
    public void write(JJ_Result result) {
      if (references.get() == 1) {
        contents.set(1);
        result.r1 = 1;
      }
    }

    @Actor
    public void vmspliceAndUnmap(JJ_Result result) {
      references.getAndAdd(1);
      references.getAndAdd(-1);
      result.r2 = contents.get();
    }
  }
}
