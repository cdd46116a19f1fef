package org.cowcheck.stress.planted;

import static org.cowcheck.invariant.PageInvariants.notSlabWasTrue;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.stress.Race;
import org.cowcheck.stress.Run;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * Twin of {@link org.cowcheck.stress.PageSlabOfSlab} with planted bugs: it must fail.
 *
 * <p>The missing clearing shows in the bad-page check alone, so there is a second bug for the lie
 * "no slab": it needs the history of the run to be told from the truth.
 */
public final class PlantedPageSlabOfSlab {
  private PlantedPageSlabOfSlab() {}

  /** The seed without its clearing of the flag in free_pages_prepare(). */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class WithoutClear {
    private static final Race RACE = Race.marked("pageslab-of-slab", "seed-without-clear");
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

  /** A user who polls for the object, and answers by what the page was before it came. */
  @JCStressTest
  @State
  @Outcome(id = Run.HOLDS, expect = ACCEPTABLE, desc = "every invariant holds")
  @Outcome(expect = FORBIDDEN, desc = "an invariant is broken")
  public static class StaleAnswer {
    private static final Race RACE =
        new Race(
            new Scenario(
                "planted-stale-answer",
                "PageSlab() is asked before the object is taken",
                "",
                "planted",
                ImmutableList.of(),
                ImmutableList.of(),
                StaleAnswer::build),
            new Kernel(Patch.of(KernelState.S1), Platform.GENERIC, Accesses.MARKED));
    private static final long NO_OBJECT = 2;
    private static final int POLLS = 100;

    private final Run run = RACE.start();

    @Actor
    public void allocSlab() {
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

    private static Setting build(Kernel kernel, Memory memory) {
      Page page = Page.free(memory, "page");
      Word object = memory.word("object", 0);
      Slab slab = new Slab(kernel);
      return new Setting(
          memory,
          ImmutableList.of(
              new Program(
                  "alloc_slab_page",
                  engine -> {
                    Cpu cpu = kernel.boot(engine);
                    slab.allocSlabPage(cpu, FreeList.of(page));
                    cpu.smp_store_release(object, 1);
                    return 1;
                  }),
              new Program(
                  "PageSlab of an object",
                  engine -> {
                    Cpu cpu = kernel.boot(engine);
                    boolean isSlab = PageTests.pageSlab(kernel, cpu, page);
                    int polls = 0;
                    while (cpu.smp_load_acquire(object) == 0) {
                      if (++polls == POLLS) {
                        return NO_OBJECT;
                      }
                    }
                    cpu.note(Note.CALL, 0);
                    cpu.note(Note.RETURN, 0);
                    return isSlab ? 1 : 0;
                  })),
          ImmutableList.of(notSlabWasTrue("PageSlab()", 1, 1 | NO_OBJECT, page)));
    }
  }
}
