package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;

/**
 * mmap_lock, a lock of readers and writers (include/linux/mmap_lock.h). Callers label the steps.
 *
 * <p>It is made of one spinlock for each CPU that may read while another one does. A reader takes
 * its own, so that readers do not exclude each other; a writer takes all. An unlock of either kind
 * is a release that the lock of the other kind acquires, as with an rw_semaphore. Two readers order
 * nothing between them here; an rw_semaphore may, by its count, but nobody relies on that.
 *
 * <p>{@link Mm#reader} gives the mm as a CPU with a spinlock of its own has it. Programs that all
 * have the same one exclude each other as readers, too: enough where only one of them is a reader.
 */
public final class MmapLock {
  private MmapLock() {}

  /** mmap_read_lock(). */
  public static void readLock(Cpu cpu, Mm mm) {
    cpu.spin_lock(mm.mmapLock());
  }

  /** mmap_read_unlock(). */
  public static void readUnlock(Cpu cpu, Mm mm) {
    cpu.spin_unlock(mm.mmapLock());
  }

  /** mmap_write_lock(). */
  public static void writeLock(Cpu cpu, Mm mm) {
    for (Spinlock lock : mm.mmapLocks()) {
      cpu.spin_lock(lock);
    }
  }

  /** mmap_write_trylock(), with the branch of the caller on it. */
  public static boolean tryWriteLock(Cpu cpu, Mm mm) {
    ImmutableList<Spinlock> locks = mm.mmapLocks();
    for (int i = 0; i < locks.size(); i++) {
      boolean taken = cpu.spin_trylock(locks.get(i));
      cpu.ctrl(locks.get(i).word());
      if (!taken) {
        locks.subList(0, i).reverse().forEach(cpu::spin_unlock);
        return false;
      }
    }
    return true;
  }

  /** mmap_write_unlock(). */
  public static void writeUnlock(Cpu cpu, Mm mm) {
    for (Spinlock lock : mm.mmapLocks().reverse()) {
      cpu.spin_unlock(lock);
    }
  }
}
