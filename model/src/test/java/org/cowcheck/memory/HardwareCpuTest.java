package org.cowcheck.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one CPU does on this machine, alone; its orderings are jcstress's business. */
final class HardwareCpuTest {
  private final Memory memory = new Memory();
  private final Word word = memory.word("w", 3);
  private final HardwareCpu cpu = new HardwareCpu();

  @ParameterizedTest
  @EnumSource(
      value = Order.class,
      names = {"PLAIN", "ONCE", "ACQUIRE"})
  void loadsReadTheWord(Order order) {
    assertEquals(3, cpu.load(word, order));
  }

  @ParameterizedTest
  @EnumSource(
      value = Order.class,
      names = {"PLAIN", "ONCE", "RELEASE"})
  void storesWriteTheWord(Order order) {
    cpu.store(word, 8, order, Place.NO_READ);
    assertEquals(8, HardwareCpu.finalValue(word));
  }

  @ParameterizedTest
  @EnumSource(RmwOrder.class)
  void updatesReturnTheOldValueAndFailWithoutWriting(RmwOrder order) {
    assertEquals(3, cpu.update(word, RmwOp.ADD, 4, 0, order));
    assertEquals(7, cpu.update(word, RmwOp.CMPXCHG, 3, 9, order));
    assertEquals(7, cpu.update(word, RmwOp.CMPXCHG, 7, 9, order));
    assertEquals(9, cpu.update(word, RmwOp.ADD_UNLESS, 1, 9, order));
    assertEquals(9, HardwareCpu.finalValue(word));
  }

  @ParameterizedTest
  @EnumSource(RmwOrder.class)
  void bitsAreSetOnlyIfClearAndClearedOnlyIfSet(RmwOrder order) {
    assertEquals(3, cpu.update(word, RmwOp.OR_IF_CLEAR, 4, 0, order));
    assertEquals(7, cpu.update(word, RmwOp.OR_IF_CLEAR, 4, 0, order));
    assertEquals(7, cpu.update(word, RmwOp.CLEAR_IF_SET, 2, 0, order));
    assertEquals(5, cpu.update(word, RmwOp.CLEAR_IF_SET, 2, 0, order));
    assertEquals(5, cpu.update(word, RmwOp.AND, ~1L, 0, order));
    assertEquals(4, cpu.update(word, RmwOp.OR, 8, 0, order));
    assertEquals(12, cpu.update(word, RmwOp.XCHG, 6, 0, order));
    assertEquals(6, HardwareCpu.finalValue(word));
  }

  @Test
  void aBitIsALock() {
    assertFalse(cpu.test_and_set_bit_lock(5, word));
    assertTrue(cpu.test_and_set_bit_lock(5, word));
    cpu.clear_bit_unlock(5, word);
    assertEquals(3, HardwareCpu.finalValue(word));
    assertFalse(cpu.test_and_set_bit_lock(5, word));
  }

  @Test
  void twoCpusUnderABitLockLoseNoPlainUpdate() throws InterruptedException {
    int rounds = 20_000;
    Word bit = memory.word("bit", 0);
    Runnable adds =
        () -> {
          HardwareCpu own = new HardwareCpu();
          for (int i = 0; i < rounds; i++) {
            while (own.test_and_set_bit_lock(0, bit)) {
              Thread.onSpinWait();
            }
            own.write_plain(word, own.read_plain(word) + 1);
            own.clear_bit_unlock(0, bit);
          }
        };
    Thread other = new Thread(adds);
    other.start();
    adds.run();
    other.join();
    assertEquals(3 + 2 * rounds, HardwareCpu.finalValue(word));
  }

  @Test
  void aHeldLockIsNotTakenTwice() {
    Spinlock lock = memory.spinlock("l");
    cpu.spin_lock(lock);
    assertFalse(cpu.spin_trylock(lock));
    cpu.spin_unlock(lock);
    assertTrue(cpu.spin_trylock(lock));
  }

  @Test
  void aLockIsTakenWithinAnother() {
    Spinlock outer = memory.spinlock("outer");
    Spinlock inner = memory.spinlock("inner");
    cpu.spin_lock(outer);
    cpu.spin_lock(inner);
    cpu.spin_unlock(inner);
    assertTrue(cpu.spin_is_locked(outer));
    assertFalse(cpu.spin_is_locked(inner));
  }

  @Test
  void irqsOff_delaysNobody() {
    cpu.local_irq_save();
    cpu.atomic_inc(word);
    cpu.local_irq_restore();
    assertEquals(4, HardwareCpu.finalValue(word));
  }

  @Test
  void rcuSectionsAndGracePeriodsAreRefused() {
    assertThrows(UnsupportedOperationException.class, cpu::ipi_sync);
    assertThrows(UnsupportedOperationException.class, cpu::rcu_read_lock);
    assertThrows(UnsupportedOperationException.class, cpu::synchronize_rcu);
  }

  @Test
  void twoCpusLoseNoAtomicUpdate() throws InterruptedException {
    int rounds = 20_000;
    Runnable adds =
        () -> {
          HardwareCpu own = new HardwareCpu();
          for (int i = 0; i < rounds; i++) {
            own.atomic_inc(word);
          }
        };
    Thread other = new Thread(adds);
    other.start();
    adds.run();
    other.join();
    assertEquals(3 + 2 * rounds, HardwareCpu.finalValue(word));
  }
}
