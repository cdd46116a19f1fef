package org.cowcheck.memory;

/**
 * A barrier without an access of its own.
 *
 * <p>The mandatory barriers (mb, rmb, wmb) order at least what their smp_ twins order between CPUs;
 * what they order towards devices is not modelled.
 */
public enum Fence {
  /** Full barrier between CPUs. */
  SMP_MB("smp_mb"),
  /** Orders loads against loads. */
  SMP_RMB("smp_rmb"),
  /** Orders stores against stores. */
  SMP_WMB("smp_wmb"),
  /** Full mandatory barrier. */
  MB("mb"),
  /** Mandatory barrier between loads. */
  RMB("rmb"),
  /** Mandatory barrier between stores (arm64: dsb st). */
  WMB("wmb"),
  /** Restrains the compiler only. */
  BARRIER("barrier"),
  /** Makes everything before it ordered against a following atomic. */
  BEFORE_ATOMIC("smp_mb__before_atomic"),
  /** Makes a preceding atomic, and all before it, ordered against everything after. */
  AFTER_ATOMIC("smp_mb__after_atomic"),
  /** Makes a preceding spin_lock a full barrier. */
  AFTER_SPINLOCK("smp_mb__after_spinlock"),
  /** Makes a preceding unlock followed by a lock a full barrier. */
  AFTER_UNLOCK_LOCK("smp_mb__after_unlock_lock"),
  /** Begins an RCU read-side critical section. */
  RCU_READ_LOCK("rcu_read_lock"),
  /** Ends an RCU read-side critical section. */
  RCU_READ_UNLOCK("rcu_read_unlock"),
  /** Waits for every RCU or IRQs-off section that began before it. */
  SYNCHRONIZE_RCU("synchronize_rcu"),
  /** Begins an SRCU read-side critical section of one srcu_struct. */
  SRCU_READ_LOCK("srcu_read_lock"),
  /** Ends an SRCU read-side critical section. */
  SRCU_READ_UNLOCK("srcu_read_unlock"),
  /** Waits for every SRCU section of one srcu_struct that began before it. */
  SYNCHRONIZE_SRCU("synchronize_srcu"),
  /** Begins a section with interrupts off. */
  LOCAL_IRQ_SAVE("local_irq_save"),
  /** Ends a section with interrupts off. */
  LOCAL_IRQ_RESTORE("local_irq_restore"),
  /** A synchronous IPI: waits for every IRQs-off section that began before it; a full barrier. */
  IPI_SYNC("smp_call_function(wait)");

  private final String kernelName;

  Fence(String kernelName) {
    this.kernelName = kernelName;
  }

  /** The name in the kernel. */
  public String kernelName() {
    return kernelName;
  }

  /** Whether it is smp_wmb or wmb. */
  public boolean isWriteBarrier() {
    return this == SMP_WMB || this == WMB;
  }

  /** Whether it is smp_rmb or rmb. */
  public boolean isReadBarrier() {
    return this == SMP_RMB || this == RMB;
  }

  /** Whether it is smp_mb or mb. */
  public boolean isFullBarrier() {
    return this == SMP_MB || this == MB;
  }

  /** Whether it waits for read-side critical sections; such a wait is a full barrier too. */
  public boolean isGracePeriod() {
    return this == SYNCHRONIZE_RCU || this == SYNCHRONIZE_SRCU || this == IPI_SYNC;
  }

  /** Whether it begins a read-side critical section. */
  public boolean beginsSection() {
    return this == RCU_READ_LOCK || this == SRCU_READ_LOCK || this == LOCAL_IRQ_SAVE;
  }

  /** Whether it begins or ends a read-side critical section, or waits for such sections. */
  public boolean isSectional() {
    return beginsSection() || endsSection() || isGracePeriod();
  }

  /** Whether it ends a read-side critical section. */
  public boolean endsSection() {
    return this == RCU_READ_UNLOCK || this == SRCU_READ_UNLOCK || this == LOCAL_IRQ_RESTORE;
  }
}
