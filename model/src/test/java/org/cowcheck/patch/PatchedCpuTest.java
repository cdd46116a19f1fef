package org.cowcheck.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/** Edits take effect at their step and nowhere else. */
final class PatchedCpuTest {
  private static final Step A = new Step("A", "f", "");
  private static final Step B = new Step("B", "f", "");

  private final Word word = new Memory().word("w", 0);

  private List<String> run(Accesses accesses, Edit... edits) {
    RecordingCpu engine = new RecordingCpu();
    Patch patch = new Patch("p", "", KernelState.S1, ImmutableList.copyOf(edits));
    Cpu cpu = new Kernel(patch, Platform.GENERIC, accesses).boot(engine);
    cpu.at(A).write_plain_in_source(word, 1);
    cpu.wmb();
    cpu.at(B).WRITE_ONCE(word, 2);
    cpu.smp_mb();
    return engine.log();
  }

  @Test
  void withoutEditsNothingChanges() {
    assertEquals(
        List.of("A store ONCE w=1", "A wmb", "B store ONCE w=2", "B smp_mb"), run(Accesses.MARKED));
  }

  @Test
  void aFenceIsDroppedAtItsStepOnly() {
    assertEquals(
        List.of("A store ONCE w=1", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.DropFence("A")));
  }

  @Test
  void aFenceIsInsertedBeforeItsStep() {
    assertEquals(
        List.of("A store ONCE w=1", "A wmb", "B+ smp_rmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.InsertBefore("B", Fence.SMP_RMB)));
  }

  @Test
  void aFenceIsInsertedAfterItsStep() {
    assertEquals(
        List.of("A store ONCE w=1", "A wmb", "A+ smp_rmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.InsertAfter("A", Fence.SMP_RMB)));
  }

  @Test
  void anInsertedFenceOutlivesADroppedOne() {
    assertEquals(
        List.of("A store ONCE w=1", "A+ smp_wmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.DropFence("A"), new Edit.InsertAfter("A", Fence.SMP_WMB)));
  }

  @Test
  void asWrittenMakesPlainWhatIsPlainInTheSource() {
    assertEquals(
        List.of("A store PLAIN w=1", "A wmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.AS_WRITTEN));
  }
}
