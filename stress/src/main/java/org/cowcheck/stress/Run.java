package org.cowcheck.stress;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongPredicate;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.openjdk.jcstress.infra.results.JJL_Result;

/**
 * One run of a race with two CPUs: actors run the programs, then the arbiter judges the end.
 *
 * <p>An actor touches its own CPU alone; jcstress orders the arbiter after all actors.
 */
public final class Run {
  /** The end of a result in which every invariant holds. */
  public static final String HOLDS = ".*, holds";

  /** In pauses of some 20 ns: about as long as the programs of the first CPU take. */
  private static final int MAX_LEAD = 32;

  private final Setting setting;
  private final Program program0;
  private final Program program1;
  private final RecordingCpu cpu0 = new RecordingCpu(new HardwareCpu());
  private final RecordingCpu cpu1 = new RecordingCpu(new HardwareCpu());
  private final int lead = ThreadLocalRandom.current().nextInt(MAX_LEAD);
  private long returned0;
  private long returned1;

  Run(Setting setting) {
    if (setting.programs().size() != 2) {
      throw new IllegalArgumentException("jcstress runs two CPUs: " + setting.programs());
    }
    this.setting = setting;
    this.program0 = setting.programs().get(0);
    this.program1 = setting.programs().get(1);
  }

  /** Runs the program of the first column. */
  public void cpu0() {
    returned0 = program0.body().applyAsLong(cpu0);
  }

  /**
   * Runs the program of the second column. Where the second CPU is a reader, it is so short that it
   * would be done before the first comes to what matters; the first gets a random lead. Where the
   * first is GUP-fast, the second is the longer one; a lead of either changes little there.
   */
  public void cpu1() {
    for (int i = 0; i < lead; i++) {
      Thread.onSpinWait();
    }
    returned1 = program1.body().applyAsLong(cpu1);
  }

  /** Says what the programs returned, and "holds" or the invariants that do not. */
  public void judge(JJL_Result result) {
    result.r1 = returned0;
    result.r2 = returned1;
    result.r3 = broken();
  }

  private String broken() {
    End end = new HardwareEnd();
    String broken = "";
    for (Invariant invariant : setting.invariants()) {
      if (!invariant.holds().test(end)) {
        broken += (broken.isEmpty() ? "" : "; ") + invariant.broken();
      }
    }
    return broken.isEmpty() ? "holds" : broken;
  }

  /** The end of this run. Of what happened when, it knows only what the CPUs logged. */
  private final class HardwareEnd implements End {

    @Override
    public long value(Word word) {
      return HardwareCpu.finalValue(word);
    }

    @Override
    public long returned(int cpu) {
      return cpu == 0 ? returned0 : returned1;
    }

    @Override
    public ImmutableList<Note> notes(int cpu) {
      return cpu(cpu).hardware().notes();
    }

    @Override
    public int cpus() {
      return 2;
    }

    /** None: the order of stores of different CPUs is not known. */
    @Override
    public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
      return ImmutableList.of();
    }

    /** Errs towards true: the order of stores of different CPUs is not known. */
    @Override
    public boolean atSomeInstant(int cpu, Word word, LongPredicate condition) {
      RecordingCpu caller = cpu(cpu);
      int before0 = caller.happensBeforeCall(cpu0, setting.memory());
      int before1 = caller.happensBeforeCall(cpu1, setting.memory());
      boolean initialIsOverwritten = cpu0.stores(word, before0) || cpu1.stores(word, before1);
      return (!initialIsOverwritten && condition.test(word.initialValue()))
          || cpu0.stored(word, before0, condition)
          || cpu1.stored(word, before1, condition);
    }

    private RecordingCpu cpu(int cpu) {
      return cpu == 0 ? cpu0 : cpu1;
    }
  }
}
