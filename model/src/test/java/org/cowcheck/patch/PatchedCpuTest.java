package org.cowcheck.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Spinlock;
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

  private static Cpu cpu(RecordingCpu engine, Edit edit) {
    Patch patch = new Patch("p", "", KernelState.S3, ImmutableList.of(edit));
    return new Kernel(patch, Platform.GENERIC, Accesses.MARKED).boot(engine);
  }

  private List<String> locksAndSections(Edit edit) {
    Memory memory = new Memory();
    Spinlock first = memory.spinlock("first");
    Spinlock second = memory.spinlock("second");
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = cpu(engine, edit);
    cpu.at(A).local_irq_save();
    cpu.spin_lock(first);
    boolean got = !cpu.test_and_set_bit_lock(3, word);
    cpu.at(B).spin_lock(second);
    cpu.spin_unlock(second);
    cpu.clear_bit_unlock(3, word);
    cpu.spin_unlock(first);
    cpu.local_irq_restore();
    assertTrue(got);
    return engine.log();
  }

  @Test
  void locksAndSectionsAreDroppedWithTheirEnds() {
    assertEquals(
        List.of("B lock second", "B unlock second"), locksAndSections(new Edit.DropLock("A")));
  }

  @Test
  void otherLocksAndSectionsStay() {
    assertEquals(
        List.of(
            "A local_irq_save",
            "A lock first",
            "A update ACQUIRE w",
            "B update RELEASE w",
            "B unlock first",
            "B local_irq_restore"),
        locksAndSections(new Edit.DropLock("B")));
  }

  @Test
  void anAttemptToTakeADroppedLockSucceeds() {
    Spinlock lock = new Memory().spinlock("l");
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = cpu(engine, new Edit.DropLock("A"));
    assertTrue(cpu.at(A).spin_trylock(lock));
    cpu.at(B).spin_unlock(lock);
    assertEquals(List.of(), engine.log());
  }

  /** A CPU that has not read the word cannot depend on it. */
  @Test
  void aBranchOnADroppedLockDependsOnNothing() {
    Spinlock lock = new Memory().spinlock("l");
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = cpu(engine, new Edit.DropLock("A"));
    assertTrue(cpu.at(A).spin_trylock(lock));
    cpu.ctrl(lock.word(), word);
    cpu.spin_unlock(lock);
    cpu.at(B).ctrl(lock.word());
    assertEquals(List.of("A ctrl w", "B ctrl l"), engine.log());
  }

  @Test
  void aSecondLookIsDroppedAtItsStepOnly() {
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = cpu(engine, new Edit.DropRecheck("A"));
    assertTrue(cpu.at(A).recheck(word, 7));
    assertFalse(cpu.at(B).recheck(word, 7));
    assertEquals(List.of("B load ONCE w"), engine.log());
  }

  @Test
  void asWrittenMakesPlainWhatIsPlainInTheSource() {
    assertEquals(
        List.of("A store PLAIN w=1", "A wmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.AS_WRITTEN));
  }

  @Test
  void aFenceIsReplacedAtItsStepOnly() {
    assertEquals(
        List.of("A store ONCE w=1", "A smp_wmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.ReplaceFence("A", Fence.SMP_WMB)));
  }

  @Test
  void aFenceThatIsReplacedAndDroppedIsDropped() {
    assertEquals(
        List.of("A store ONCE w=1", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.MARKED, new Edit.ReplaceFence("A", Fence.SMP_WMB), new Edit.DropFence("A")));
  }

  @Test
  void sectionsAndWaitsForThemAreNotReplaced() {
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = cpu(engine, new Edit.ReplaceFence("A", Fence.SMP_WMB));
    cpu.at(A).rcu_read_lock();
    cpu.smp_mb();
    cpu.rcu_read_unlock();
    cpu.synchronize_rcu();
    cpu.ipi_sync();
    assertEquals(
        List.of(
            "A rcu_read_lock",
            "A smp_wmb",
            "A rcu_read_unlock",
            "A synchronize_rcu",
            "A smp_call_function(wait)"),
        engine.log());
  }

  private static List<String> bits(Accesses accesses, Edit... edits) {
    Word word = new Memory().word("w", 0);
    RecordingCpu engine = new RecordingCpu();
    Patch patch = new Patch("p", "", KernelState.S1, ImmutableList.copyOf(edits));
    Cpu cpu = new Kernel(patch, Platform.GENERIC, accesses).boot(engine);
    cpu.at(A).set_bit(3, word);
    cpu.test_and_clear_bit(3, word);
    cpu.atomic_inc(word);
    cpu.at(B).clear_bit(0, word);
    cpu.__set_bit(1, word);
    return engine.log();
  }

  @Test
  void aBitOperationIsMadeNonAtomicIfItReturnsNothing() {
    List<String> others =
        List.of(
            "A update FULL w",
            "A update NORETURN w",
            "B update NORETURN w",
            "B load ONCE w",
            "B store ONCE w=2 data 4");
    assertEquals("A update NORETURN w", bits(Accesses.MARKED).get(0));
    List<String> log = bits(Accesses.MARKED, new Edit.MakeNonAtomic("A"));
    assertEquals(List.of("A load ONCE w", "A store ONCE w=8 data 0"), log.subList(0, 2));
    assertEquals(others, log.subList(2, log.size()));
  }

  @Test
  void whatIsMadeNonAtomicIsPlainInSource() {
    assertEquals(
        List.of("A load PLAIN w", "A store PLAIN w=8 data 0"),
        bits(Accesses.AS_WRITTEN, new Edit.MakeNonAtomic("A")).subList(0, 2));
    assertEquals(
        List.of("A load ONCE w", "A store ONCE w=8 data 0"),
        bits(Accesses.AS_WRITTEN, new Edit.MakeNonAtomic("A"), new Edit.Mark("A")).subList(0, 2));
  }

  @Test
  void aBitOperationThatIsNotAtomicIsMadeAtomicAtItsStepOnly() {
    List<String> log = bits(Accesses.MARKED, new Edit.MakeAtomic("B"));
    assertEquals(List.of("B update NORETURN w", "B update NORETURN w"), log.subList(3, 5));
    assertEquals(bits(Accesses.MARKED), bits(Accesses.MARKED, new Edit.MakeAtomic("A")));
  }

  @Test
  void marksArePutAndTakenAtTheirStepOnly() {
    assertEquals(
        List.of("A store ONCE w=1", "A wmb", "B store ONCE w=2", "B smp_mb"),
        run(Accesses.AS_WRITTEN, new Edit.Mark("A")));
    assertEquals(
        List.of("A store PLAIN w=1", "A wmb", "B store PLAIN w=2", "B smp_mb"),
        run(Accesses.AS_WRITTEN, new Edit.Unmark("B")));
    assertEquals(run(Accesses.AS_WRITTEN), run(Accesses.AS_WRITTEN, new Edit.Mark("B")));
    assertEquals(run(Accesses.AS_WRITTEN), run(Accesses.AS_WRITTEN, new Edit.Unmark("A")));
  }

  /** Marked ones are what all are taken as then. */
  @Test
  void marksMakeNoDifferenceWhereAllAccessesAreTakenAsMarked() {
    assertEquals(run(Accesses.MARKED), run(Accesses.MARKED, new Edit.Mark("A")));
    assertEquals(run(Accesses.MARKED), run(Accesses.MARKED, new Edit.Unmark("B")));
  }

  @Test
  void anAcquireIsNoMark() {
    RecordingCpu engine = new RecordingCpu();
    Patch patch = new Patch("p", "", KernelState.S3, ImmutableList.of(new Edit.Unmark("A")));
    Cpu cpu = new Kernel(patch, Platform.GENERIC, Accesses.AS_WRITTEN).boot(engine);
    cpu.at(A).smp_load_acquire(word);
    cpu.READ_ONCE(word);
    assertEquals(List.of("A load ACQUIRE w", "A load PLAIN w"), engine.log());
  }
}
