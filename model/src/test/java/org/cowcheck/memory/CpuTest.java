package org.cowcheck.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernel primitives are made of the engine primitives, orders and fences that the kernel says. */
final class CpuTest {
  private final Memory memory = new Memory();
  private final Word word = memory.word("w", 0);
  private final RecordingCpu cpu = new RecordingCpu();

  @Test
  void singleAccessesCarryTheirMark() {
    cpu.READ_ONCE(word);
    cpu.smp_load_acquire(word);
    cpu.read_plain(word);
    cpu.WRITE_ONCE(word, 1);
    cpu.smp_store_release(word, 2);
    cpu.write_plain(word, 3);
    assertEquals(
        List.of(
            "load ONCE w",
            "load ACQUIRE w",
            "load PLAIN w",
            "store ONCE w=1",
            "store RELEASE w=2",
            "store PLAIN w=3"),
        cpu.log());
  }

  @Test
  void plainInSourceIsMarkedByDefault() {
    cpu.read_plain_in_source(word);
    cpu.write_plain_in_source(word, 1);
    assertEquals(List.of("load ONCE w", "store ONCE w=1"), cpu.log());
  }

  @Test
  void valueReturningAtomicsAreFullyOrderedUnlessTheirNameSaysElse() {
    cpu.atomic_add_return(1, word);
    cpu.atomic_add_return_relaxed(1, word);
    cpu.atomic_add_return_acquire(1, word);
    cpu.atomic_add_return_release(1, word);
    cpu.xchg(word, 7);
    cpu.cmpxchg(word, 7, 8);
    cpu.test_and_set_bit(0, word);
    assertEquals(
        List.of(
            "update FULL w",
            "update RELAXED w",
            "update ACQUIRE w",
            "update RELEASE w",
            "update FULL w",
            "update FULL w",
            "update FULL w"),
        cpu.log());
  }

  @Test
  void incrementsAndDecrementsAreAdditionsOfTheSameOrder() {
    assertEquals(1, cpu.atomic_inc_return_acquire(word));
    assertEquals(0, cpu.atomic_dec_return_release(word));
    assertEquals(0, cpu.atomic_fetch_inc_relaxed(word));
    assertEquals(1, cpu.atomic_fetch_dec(word));
    assertEquals(0, cpu.atomic_fetch_sub_acquire(5, word));
    assertEquals(-5, cpu.atomic_fetch_add_release(5, word));
    assertEquals(
        List.of(
            "update ACQUIRE w",
            "update RELEASE w",
            "update RELAXED w",
            "update FULL w",
            "update ACQUIRE w",
            "update RELEASE w"),
        cpu.log());
  }

  @Test
  void voidAtomicsReturnNothingAndOrderNothing() {
    cpu.atomic_inc(word);
    cpu.atomic_sub(1, word);
    cpu.set_bit(3, word);
    cpu.clear_bit(3, word);
    assertEquals(
        List.of("update NORETURN w", "update NORETURN w", "update NORETURN w", "update NORETURN w"),
        cpu.log());
  }

  @Test
  void conditionalAtomicsFailWithoutWriting() {
    assertFalse(cpu.atomic_inc_not_zero(word));
    assertEquals(0, cpu.cmpxchg(word, 5, 6));
    assertFalse(cpu.test_and_clear_bit(0, word));
    assertEquals(0, HardwareCpu.finalValue(word));
    assertEquals(
        List.of("update FULL w fails", "update FULL w fails", "update FULL w fails"), cpu.log());
  }

  @Test
  void conditionalAtomicsSucceed() {
    cpu.WRITE_ONCE(word, 4);
    assertTrue(cpu.atomic_add_unless(word, 3, 0));
    assertEquals(7, cpu.cmpxchg(word, 7, 9));
    assertTrue(cpu.test_and_clear_bit(0, word));
    assertFalse(cpu.test_and_set_bit(1, word));
    assertEquals(10, HardwareCpu.finalValue(word));
  }

  @Test
  void atomicsReturnWhatTheirNameSays() {
    assertEquals(5, cpu.atomic_add_return(5, word));
    assertEquals(5, cpu.atomic_fetch_add(2, word));
    assertEquals(6, cpu.atomic_dec_return(word));
    assertTrue(cpu.atomic_sub_and_test(6, word));
    assertTrue(cpu.atomic_add_negative(-1, word));
    assertTrue(cpu.atomic_inc_and_test(word));
    assertFalse(cpu.atomic_dec_and_test(word));
  }

  @Test
  void nonAtomicBitOperationsAreALoadAndADependentStore() {
    cpu.__set_bit(2, word);
    cpu.__clear_bit(2, word);
    assertEquals(
        List.of("load ONCE w", "store ONCE w=4 data 0", "load ONCE w", "store ONCE w=0 data 1"),
        cpu.log());
  }

  @Test
  void seqcountHasWriteBarriersOutsideTheOddSectionAndReadBarriersInsideTheReaders() {
    Seqcount count = memory.seqcount("s");
    cpu.raw_write_seqcount_begin(count);
    cpu.raw_write_seqcount_end(count);
    long start = cpu.raw_read_seqcount(count);
    assertFalse(cpu.read_seqcount_retry(count, start));
    assertEquals(
        List.of(
            "load ONCE s",
            "store ONCE s=1 data 0",
            "smp_wmb",
            "smp_wmb",
            "load ONCE s",
            "store ONCE s=2 data 1",
            "load ONCE s",
            "smp_rmb",
            "smp_rmb",
            "load ONCE s"),
        cpu.log());
  }

  @Test
  void aPointerRemembersTheReadItCameFrom() {
    Word target = memory.word("target", 0);
    cpu.READ_ONCE(word);
    Ref<Word> pointer = cpu.READ_ONCE(word, value -> target);
    cpu.WRITE_ONCE(pointer.at(found -> found), 1);
    cpu.READ_ONCE(Ref.to(target).at(found -> found));
    assertEquals(
        List.of("load ONCE w", "load ONCE w", "store ONCE target=1 addr 1", "load ONCE target"),
        cpu.log());
  }

  @Test
  void aFailedAssertionIsNoted() {
    cpu.VM_BUG_ON(false);
    cpu.VM_BUG_ON(true);
    assertEquals(List.of("note VM_BUG_ON 0"), cpu.log());
  }
}
