package org.cowcheck.consistency;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Word;

/**
 * LKMM's warning about a plain write and a marked access of one CPU to one word with nothing
 * between that restrains the compiler (linux-kernel.cat of Linux 6.1: mixed-accesses).
 *
 * <p>The barriers after a spinlock, smp_mb__after_spinlock() and smp_mb__after_unlock_lock(), are
 * not in cat's {@code barrier}; the lock and unlock that they stand behind are.
 */
final class MixedAccesses {
  private MixedAccesses() {}

  /** {@code flag ~empty mixed-accesses as mixed-accesses}. */
  static boolean any(LinuxKernelRelations lk) {
    Basics basics = lk.basics;
    EventSet plainWrites = basics.ids(id -> lk.plain.has(id) && basics.writes.has(id));
    if (plainWrites.isEmpty()) {
      return false;
    }
    // let mixed-accesses = ([Plain & W] ; (po-loc \ barrier) ; [Marked]) |
    //     ([Marked] ; (po-loc \ barrier) ; [Plain & W])
    Relation poLoc = poLoc(basics);
    Relation mixed =
        poLoc.between(plainWrites, lk.marked).or(poLoc.between(lk.marked, plainWrites));
    return !mixed.isEmpty() && !mixed.minus(barrier(lk)).isEmpty();
  }

  /** {@code po-loc}, in which an SRCU fence has the location of its srcu_struct. */
  private static Relation poLoc(Basics basics) {
    return basics.inOrder((from, to) -> location(from) != null && location(from) == location(to));
  }

  private static Word location(Event event) {
    return event.isFence() ? event.domain() : event.word();
  }

  /**
   * {@code let barrier}. Sections with IRQs off and what waits for them count like those of RCU.
   */
  private static Relation barrier(LinuxKernelRelations lk) {
    Relation po = lk.basics.po;
    Relation toRelease = po.to(lk.release);
    Relation fromAcquire = po.from(lk.acquire);
    return lk.basics
        .fencerel(MixedAccesses::isBarrier)
        .or(lk.fencerelMb())
        .or(toRelease.then(po))
        .or(po.then(fromAcquire))
        .or(toRelease)
        .or(fromAcquire);
  }

  private static boolean isBarrier(Fence fence) {
    return switch (fence) {
      case SMP_MB, SMP_RMB, SMP_WMB, MB, RMB, WMB, BARRIER, BEFORE_ATOMIC, AFTER_ATOMIC -> true;
      case RCU_READ_LOCK, RCU_READ_UNLOCK, SYNCHRONIZE_RCU -> true;
      case SRCU_READ_LOCK, SRCU_READ_UNLOCK, SYNCHRONIZE_SRCU -> true;
      case LOCAL_IRQ_SAVE, LOCAL_IRQ_RESTORE, IPI_SYNC -> true;
      case AFTER_SPINLOCK, AFTER_UNLOCK_LOCK -> false;
    };
  }
}
