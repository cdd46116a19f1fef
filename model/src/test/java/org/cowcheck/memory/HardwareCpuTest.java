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

  @Test
  void aHeldLockIsNotTakenTwice() {
    Spinlock lock = memory.spinlock("l");
    cpu.spin_lock(lock);
    assertFalse(cpu.spin_trylock(lock));
    cpu.spin_unlock(lock);
    assertTrue(cpu.spin_trylock(lock));
  }

  @Test
  void sectionsAndGracePeriodsAreRefused() {
    assertThrows(UnsupportedOperationException.class, cpu::local_irq_save);
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
