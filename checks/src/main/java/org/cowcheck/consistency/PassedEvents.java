package org.cowcheck.consistency;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.LockRole;
import org.cowcheck.execution.Rows;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.RmwOrder;

/**
 * What CPUs have gone past in program order, as LKMM's barriers see it.
 *
 * <p>A barrier orders all that is before it (all reads, all writes) against all that is after it.
 * So a CPU has a set of all that it has passed, and one per kind of barrier, which at each barrier
 * catches up with the former. Beside each set of accesses goes the union of what is before them in
 * {@code (overwrite & ext)? ; cumul-fence*}, and, where A-cumul has it or for reads, in prop.
 */
final class PassedEvents {
  /** All marked accesses. */
  private static final int ALL = 0;

  /** Those before a strong fence. */
  private static final int STRONG = 1;

  /** Those up to the last read-modify-write, for smp_mb__after_atomic(). */
  private static final int ATOMIC = 2;

  /** Those up to the last lock, for smp_mb__after_spinlock(). */
  private static final int LOCK = 3;

  /** Those before smp_mb__before_atomic(), until a read-modify-write comes. */
  private static final int PENDING = 4;

  /** Marked writes; those before a write barrier. */
  private static final int WRITES = 5;

  private static final int WMB = 6;

  /** Marked reads that return a value; those before a read barrier. */
  private static final int READS = 7;

  private static final int RMB = 8;

  private static final int ACQUIRES = 9;

  /** All marked accesses, without rfe. */
  private static final int OWN = 10;

  /** Those before an unlock; those of them whose unlock is before a lock: po-unlock-lock-po. */
  private static final int UNLOCK = 11;

  private static final int SECTION = 12;

  /** Reads that the address of a plain write depends on; those before a write barrier. */
  private static final int PLAIN = 13;

  private static final int PLAIN_WMB = 14;

  private static final int KINDS = 15;

  private final int cpus;
  private Rows sets;

  PassedEvents(int cpus, int width) {
    this.cpus = cpus;
    sets = new Rows(2 * KINDS * cpus, width);
  }

  private PassedEvents(PassedEvents other) {
    cpus = other.cpus;
    sets = other.sets.copy();
  }

  PassedEvents copy() {
    return new PassedEvents(this);
  }

  void widen(int width) {
    sets = sets.widened(width);
  }

  /** Takes a CPU back to where it began. */
  void forget(int cpu) {
    for (int kind = 0; kind < KINDS; kind++) {
      sets.clear(accesses(cpu, kind));
      sets.clear(cumulated(cpu, kind));
    }
  }

  private static int accesses(int cpu, int kind) {
    return 2 * (cpu * KINDS + kind);
  }

  private static int cumulated(int cpu, int kind) {
    return accesses(cpu, kind) + 1;
  }

  /** The rows that the following methods name. */
  Rows sets() {
    return sets;
  }

  /** The row of all marked accesses of a CPU. */
  int all(int cpu) {
    return accesses(cpu, ALL);
  }

  /** The row of what is before the CPU's next access in {@code prop ; strong-fence}. */
  int strong(int cpu) {
    return cumulated(cpu, STRONG);
  }

  /** The row of what is cumulated before all accesses of a CPU, without rfe. */
  int cumulatedSoFar(int cpu) {
    return cumulated(cpu, OWN);
  }

  /** The row of the reads that addresses of plain writes depend on. */
  int plainAddresses(int cpu) {
    return accesses(cpu, PLAIN);
  }

  private void catchUp(int cpu, int behind, int ahead) {
    sets.or(accesses(cpu, behind), sets, accesses(cpu, ahead));
    sets.or(cumulated(cpu, behind), sets, cumulated(cpu, ahead));
  }

  /** Passes a fence. */
  void fence(int cpu, Fence fence) {
    if (fence.isFullBarrier() || fence.isGracePeriod()) {
      catchUp(cpu, STRONG, ALL);
    }
    if (fence.isReadBarrier()) {
      catchUp(cpu, RMB, READS);
    }
    if (fence.isWriteBarrier()) {
      catchUp(cpu, WMB, WRITES);
      catchUp(cpu, PLAIN_WMB, PLAIN);
    }
    switch (fence) {
      case BEFORE_ATOMIC -> catchUp(cpu, PENDING, ALL);
      case AFTER_ATOMIC -> catchUp(cpu, STRONG, ATOMIC);
      case AFTER_SPINLOCK -> catchUp(cpu, STRONG, LOCK);
      default -> {}
    }
  }

  /** Makes smp_mb__before_atomic() the full barrier that it is before a read-modify-write. */
  void pendingBarrier(int cpu) {
    catchUp(cpu, STRONG, PENDING);
  }

  /**
   * What program order keeps before the next access of a CPU, dependencies apart.
   *
   * @param direct the row of {@code rows} that receives the accesses: ppo
   * @param cumul the row that receives what is cumulated before them: {@code cumul-fence}
   */
  void orderBefore(int cpu, Event event, Rows rows, int direct, int cumul) {
    rows.or(direct, sets, accesses(cpu, STRONG));
    rows.or(cumul, sets, cumulated(cpu, STRONG));
    rows.or(direct, sets, accesses(cpu, SECTION));
    rows.or(cumul, sets, cumulated(cpu, SECTION));
    rows.or(direct, sets, accesses(cpu, ACQUIRES));
    if (event.isWrite()) {
      rows.or(direct, sets, accesses(cpu, WMB));
      rows.or(cumul, sets, cumulated(cpu, WMB));
      rows.or(direct, sets, accesses(cpu, PLAIN_WMB));
      if (event.order() == Order.RELEASE) {
        rows.or(direct, sets, accesses(cpu, ALL));
        rows.or(cumul, sets, cumulated(cpu, ALL));
      }
    } else if (!isNoreturn(event)) {
      rows.or(direct, sets, accesses(cpu, RMB));
    }
  }

  private static boolean isNoreturn(Event event) {
    return event.update() != null && event.update().order() == RmwOrder.NORETURN;
  }

  /**
   * Whether something that the CPU's next access happens after, on its own CPU, comes after one of
   * some writes in prop. If the access were overwritten by that write, it would happen before
   * itself. What depends on dependencies is not looked at.
   */
  boolean isSeen(int cpu, Event event, Rows rows, int writes) {
    boolean isRelease = event.isWrite() && event.order() == Order.RELEASE;
    return !sets.isDisjoint(cumulated(cpu, STRONG), rows, writes)
        || !sets.isDisjoint(cumulated(cpu, ACQUIRES), rows, writes)
        || (event.isRead()
            && !isNoreturn(event)
            && !sets.isDisjoint(cumulated(cpu, RMB), rows, writes))
        || (isRelease && !sets.isDisjoint(cumulated(cpu, ALL), rows, writes));
  }

  /** Whether nothing that a CPU has passed comes after one of some writes in prop. */
  boolean isNoneSeen(int cpu, Rows rows, int writes) {
    return sets.isDisjoint(cumulated(cpu, ALL), rows, writes);
  }

  /** Cumulates an access wherever one of some writes is. */
  void addIfMeets(Rows rows, int writes, int number) {
    for (int cpu = 0; cpu < cpus; cpu++) {
      for (int kind = 0; kind < KINDS; kind++) {
        sets.addIfMeets(cumulated(cpu, kind), rows, writes, number);
      }
    }
  }

  /**
   * Passes a marked access.
   *
   * @param succeeds whether it is the read of a read-modify-write whose write follows
   * @param cumul the row of what is cumulated before it, and itself
   * @param prop the row of what is before it in prop
   */
  void access(int cpu, Event event, boolean succeeds, int number, Rows rows, int cumul, int prop) {
    if (event.lockRole() == LockRole.UNLOCK) {
      sets.or(accesses(cpu, UNLOCK), sets, accesses(cpu, ALL));
      sets.or(cumulated(cpu, UNLOCK), sets, cumulated(cpu, OWN));
    }
    sets.add(accesses(cpu, ALL), number);
    sets.or(cumulated(cpu, ALL), rows, prop);
    sets.or(cumulated(cpu, OWN), rows, cumul);
    if (event.isWrite()) {
      sets.add(accesses(cpu, WRITES), number);
      sets.or(cumulated(cpu, WRITES), rows, cumul);
    } else if (!isNoreturn(event)) {
      sets.add(accesses(cpu, READS), number);
      sets.or(cumulated(cpu, READS), rows, prop);
    }
    if (event.lockRole() == LockRole.LOCK_READ
        || (event.lockRole() == LockRole.TRY_READ && succeeds)) {
      catchUp(cpu, SECTION, UNLOCK);
    }
    boolean conditional = event.update() != null || event.lockRole() == LockRole.TRY_READ;
    if (event.isRead() && event.order() == Order.ACQUIRE && (succeeds || !conditional)) {
      sets.add(accesses(cpu, ACQUIRES), number);
      sets.or(cumulated(cpu, ACQUIRES), rows, prop);
    }
    if (event.lockRole() == LockRole.LOCK_WRITE) {
      catchUp(cpu, LOCK, ALL);
    }
    if (event.update() != null) {
      catchUp(cpu, ATOMIC, ALL);
      if (event.isWrite() && event.update().order() == RmwOrder.FULL) {
        catchUp(cpu, STRONG, ALL);
      }
    }
  }

  /**
   * Takes a lock that another access released.
   *
   * @param unlock the row of what is cumulated before the unlock
   */
  void takeLock(int cpu, Rows beforeUnlock, int unlock) {
    sets.or(cumulated(cpu, SECTION), beforeUnlock, unlock);
  }
}
