package org.cowcheck.memory;

import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * One CPU, as kernel code sees it: the primitives of the Linux kernel by their own names.
 *
 * <p>Model code is written against this class once; each engine extends it. A subclass supplies
 * loads, stores, atomic updates, fences and locks; every kernel primitive is expressed in these
 * here, so that all engines agree on what a primitive is made of.
 *
 * <h2>Dependencies</h2>
 *
 * Values are plain {@code long}s, so a dependency cannot be seen in them.
 *
 * <ul>
 *   <li>Address: a {@link Ref} remembers the read it came from; {@link Ref#at} passes that on.
 *   <li>Control: {@link #ctrl} beside a branch says that the branch depends on this CPU's last read
 *       of the words named; only then are later stores ordered after that read.
 *   <li>Data: only inside a primitive that stores what it has just loaded.
 * </ul>
 *
 * A missing mark can only raise a false alarm. A wrong one hides a bug.
 *
 * <h2>Plain in source</h2>
 *
 * The kernel races by design on some words that it accesses without marking them. Primitives whose
 * name ends in {@code _plain_in_source}, and the non-atomic bit operations, use {@link
 * #plainInSource()}: marked unless the engine is told to take the source as written.
 *
 * <p>An instance serves one thread.
 */
public abstract class Cpu {

  // What an engine supplies.

  /** Loads the value of a place. The order is never RELEASE. */
  protected abstract long load(Place place, Order order);

  /**
   * Stores a value.
   *
   * @param order never ACQUIRE
   * @param dataRead the program-order index of the read that the value was computed from, or {@link
   *     Place#NO_READ}
   */
  protected abstract void store(Place place, long value, Order order, int dataRead);

  /** Updates a place atomically and returns the value before; writes nothing if the op fails. */
  protected abstract long update(Place place, RmwOp op, long a, long b, RmwOrder order);

  /** Executes a barrier. */
  protected abstract void fence(Fence fence);

  /**
   * Executes a barrier of an srcu_struct.
   *
   * @param domain the srcu_struct
   * @param index what an unlock was given; else 0
   * @return for a lock its index, which no other lock of the program returns if the engine can tell
   *     locks apart; else of no meaning
   */
  protected abstract long srcu(Fence fence, Word domain, long index);

  /** Takes a lock, waiting for it. */
  protected abstract void lock(Spinlock lock);

  /** Takes a lock if it is free. */
  protected abstract boolean tryLock(Spinlock lock);

  /** Looks whether a lock is held. */
  protected abstract boolean isLocked(Spinlock lock);

  /** Releases a lock that this CPU holds. */
  protected abstract void unlock(Spinlock lock);

  /** The program-order index of this CPU's latest read, or {@link Place#NO_READ} if unknown. */
  protected abstract int latestRead();

  /** Whether accesses that are plain in the kernel's source are marked ones here. */
  protected Order plainInSource() {
    return Order.ONCE;
  }

  /** Whether bit operations that are not atomic are relaxed atomic ones here, as a patch has it. */
  protected boolean atomicBitOps() {
    return false;
  }

  // What belongs to the model and not to memory.

  /** Labels what follows, until the next call. Returns this CPU. */
  public abstract Cpu at(Step step);

  /** Leaves a remark in program order; no memory model sees it. */
  public abstract void note(String name, long value);

  /** Says that the branch just taken depends on this CPU's last reads of these words. */
  public abstract void ctrl(Word... words);

  /** The program-order index of this CPU's latest read, or {@link Place#NO_READ} if unknown. */
  public final int lastRead() {
    return latestRead();
  }

  /**
   * Says exactly on which of this CPU's reads the next access depends, by program-order index. For
   * programs whose values are tracked; kernel paths use {@link Ref} and {@link #ctrl}.
   */
  public void dependencies(int[] address, int[] data, int[] control) {
    // An engine that knows no reordering has nothing to remember.
  }

  /** Checks a kernel assertion over values that this CPU has read itself; notes its failure. */
  public final void VM_BUG_ON(boolean condition) {
    if (condition) {
      note(Note.BUG, 0);
    }
  }

  // Second looks.

  /**
   * A second look that validates an earlier one. Only a patch that leaves the second look out makes
   * it more than a call of its argument.
   *
   * @param unchanged looks, and says whether all is as it was
   * @return whether it is; true without a look if a patch leaves it out
   */
  public boolean recheck(BooleanSupplier unchanged) {
    return unchanged.getAsBoolean();
  }

  /** {@link #recheck(BooleanSupplier)} of one word, by a load that is plain in source. */
  public final boolean recheck(Place place, long expected) {
    return recheck(() -> read_plain_in_source(place) == expected);
  }

  // Single loads and stores.

  public final long READ_ONCE(Place place) {
    return load(place, Order.ONCE);
  }

  public final void WRITE_ONCE(Place place, long value) {
    store(place, value, Order.ONCE, Place.NO_READ);
  }

  /** READ_ONCE of a pointer: what is accessed through the result depends on this read. */
  public final <T> Ref<T> READ_ONCE(Place place, LongFunction<T> target) {
    T object = target.apply(load(place, Order.ONCE));
    return new Ref<>(object, latestRead());
  }

  public final <T> Ref<T> rcu_dereference(Place place, LongFunction<T> target) {
    return READ_ONCE(place, target);
  }

  public final void rcu_assign_pointer(Place place, long value) {
    smp_store_release(place, value);
  }

  public final long smp_load_acquire(Place place) {
    return load(place, Order.ACQUIRE);
  }

  public final void smp_store_release(Place place, long value) {
    store(place, value, Order.RELEASE, Place.NO_READ);
  }

  public final void smp_store_mb(Place place, long value) {
    WRITE_ONCE(place, value);
    smp_mb();
  }

  /** An unmarked load that no design lets race. */
  public final long read_plain(Place place) {
    return load(place, Order.PLAIN);
  }

  /** An unmarked store that no design lets race. */
  public final void write_plain(Place place, long value) {
    store(place, value, Order.PLAIN, Place.NO_READ);
  }

  /** A load that is unmarked in the kernel's source. */
  public final long read_plain_in_source(Place place) {
    return load(place, plainInSource());
  }

  /** A store that is unmarked in the kernel's source. */
  public final void write_plain_in_source(Place place, long value) {
    store(place, value, plainInSource(), Place.NO_READ);
  }

  // Barriers.

  public final void smp_mb() {
    fence(Fence.SMP_MB);
  }

  public final void smp_rmb() {
    fence(Fence.SMP_RMB);
  }

  public final void smp_wmb() {
    fence(Fence.SMP_WMB);
  }

  public final void mb() {
    fence(Fence.MB);
  }

  public final void rmb() {
    fence(Fence.RMB);
  }

  public final void wmb() {
    fence(Fence.WMB);
  }

  public final void barrier() {
    fence(Fence.BARRIER);
  }

  public final void smp_mb__before_atomic() {
    fence(Fence.BEFORE_ATOMIC);
  }

  public final void smp_mb__after_atomic() {
    fence(Fence.AFTER_ATOMIC);
  }

  public final void smp_mb__after_spinlock() {
    fence(Fence.AFTER_SPINLOCK);
  }

  public final void smp_mb__after_unlock_lock() {
    fence(Fence.AFTER_UNLOCK_LOCK);
  }

  // Atomics. atomic_read and atomic_set are READ_ONCE and WRITE_ONCE by definition; atomic_xchg and
  // atomic_cmpxchg are xchg and cmpxchg.

  public final long atomic_read(Place place) {
    return READ_ONCE(place);
  }

  public final void atomic_set(Place place, long value) {
    WRITE_ONCE(place, value);
  }

  public final long atomic_read_acquire(Place place) {
    return smp_load_acquire(place);
  }

  public final void atomic_set_release(Place place, long value) {
    smp_store_release(place, value);
  }

  public final void atomic_add(long delta, Place place) {
    update(place, RmwOp.ADD, delta, 0, RmwOrder.NORETURN);
  }

  public final void atomic_sub(long delta, Place place) {
    atomic_add(-delta, place);
  }

  public final void atomic_inc(Place place) {
    atomic_add(1, place);
  }

  public final void atomic_dec(Place place) {
    atomic_add(-1, place);
  }

  public final long atomic_add_return(long delta, Place place) {
    return atomic_fetch_add(delta, place) + delta;
  }

  public final long atomic_add_return_relaxed(long delta, Place place) {
    return atomic_fetch_add_relaxed(delta, place) + delta;
  }

  public final long atomic_add_return_acquire(long delta, Place place) {
    return atomic_fetch_add_acquire(delta, place) + delta;
  }

  public final long atomic_add_return_release(long delta, Place place) {
    return atomic_fetch_add_release(delta, place) + delta;
  }

  public final long atomic_sub_return(long delta, Place place) {
    return atomic_add_return(-delta, place);
  }

  public final long atomic_sub_return_relaxed(long delta, Place place) {
    return atomic_add_return_relaxed(-delta, place);
  }

  public final long atomic_sub_return_acquire(long delta, Place place) {
    return atomic_add_return_acquire(-delta, place);
  }

  public final long atomic_sub_return_release(long delta, Place place) {
    return atomic_add_return_release(-delta, place);
  }

  public final long atomic_inc_return(Place place) {
    return atomic_add_return(1, place);
  }

  public final long atomic_inc_return_relaxed(Place place) {
    return atomic_add_return_relaxed(1, place);
  }

  public final long atomic_inc_return_acquire(Place place) {
    return atomic_add_return_acquire(1, place);
  }

  public final long atomic_inc_return_release(Place place) {
    return atomic_add_return_release(1, place);
  }

  public final long atomic_dec_return(Place place) {
    return atomic_add_return(-1, place);
  }

  public final long atomic_dec_return_relaxed(Place place) {
    return atomic_add_return_relaxed(-1, place);
  }

  public final long atomic_dec_return_acquire(Place place) {
    return atomic_add_return_acquire(-1, place);
  }

  public final long atomic_dec_return_release(Place place) {
    return atomic_add_return_release(-1, place);
  }

  public final long atomic_fetch_add(long delta, Place place) {
    return update(place, RmwOp.ADD, delta, 0, RmwOrder.FULL);
  }

  public final long atomic_fetch_add_relaxed(long delta, Place place) {
    return update(place, RmwOp.ADD, delta, 0, RmwOrder.RELAXED);
  }

  public final long atomic_fetch_add_acquire(long delta, Place place) {
    return update(place, RmwOp.ADD, delta, 0, RmwOrder.ACQUIRE);
  }

  public final long atomic_fetch_add_release(long delta, Place place) {
    return update(place, RmwOp.ADD, delta, 0, RmwOrder.RELEASE);
  }

  public final long atomic_fetch_sub(long delta, Place place) {
    return atomic_fetch_add(-delta, place);
  }

  public final long atomic_fetch_sub_relaxed(long delta, Place place) {
    return atomic_fetch_add_relaxed(-delta, place);
  }

  public final long atomic_fetch_sub_acquire(long delta, Place place) {
    return atomic_fetch_add_acquire(-delta, place);
  }

  public final long atomic_fetch_sub_release(long delta, Place place) {
    return atomic_fetch_add_release(-delta, place);
  }

  public final long atomic_fetch_inc(Place place) {
    return atomic_fetch_add(1, place);
  }

  public final long atomic_fetch_inc_relaxed(Place place) {
    return atomic_fetch_add_relaxed(1, place);
  }

  public final long atomic_fetch_inc_acquire(Place place) {
    return atomic_fetch_add_acquire(1, place);
  }

  public final long atomic_fetch_inc_release(Place place) {
    return atomic_fetch_add_release(1, place);
  }

  public final long atomic_fetch_dec(Place place) {
    return atomic_fetch_add(-1, place);
  }

  public final long atomic_fetch_dec_relaxed(Place place) {
    return atomic_fetch_add_relaxed(-1, place);
  }

  public final long atomic_fetch_dec_acquire(Place place) {
    return atomic_fetch_add_acquire(-1, place);
  }

  public final long atomic_fetch_dec_release(Place place) {
    return atomic_fetch_add_release(-1, place);
  }

  public final boolean atomic_sub_and_test(long delta, Place place) {
    return atomic_sub_return(delta, place) == 0;
  }

  public final boolean atomic_dec_and_test(Place place) {
    return atomic_dec_return(place) == 0;
  }

  public final boolean atomic_inc_and_test(Place place) {
    return atomic_inc_return(place) == 0;
  }

  public final boolean atomic_add_negative(long delta, Place place) {
    return atomic_add_return(delta, place) < 0;
  }

  /** Adds unless the value is {@code unless}; fully ordered if it adds, unordered if not. */
  public final boolean atomic_add_unless(Place place, long delta, long unless) {
    return update(place, RmwOp.ADD_UNLESS, delta, unless, RmwOrder.FULL) != unless;
  }

  public final boolean atomic_inc_not_zero(Place place) {
    return atomic_add_unless(place, 1, 0);
  }

  public final long xchg(Place place, long value) {
    return update(place, RmwOp.XCHG, value, 0, RmwOrder.FULL);
  }

  public final long xchg_relaxed(Place place, long value) {
    return update(place, RmwOp.XCHG, value, 0, RmwOrder.RELAXED);
  }

  public final long xchg_acquire(Place place, long value) {
    return update(place, RmwOp.XCHG, value, 0, RmwOrder.ACQUIRE);
  }

  public final long xchg_release(Place place, long value) {
    return update(place, RmwOp.XCHG, value, 0, RmwOrder.RELEASE);
  }

  /** Compares and exchanges; returns the old value; fully ordered if it exchanges. */
  public final long cmpxchg(Place place, long expected, long value) {
    return update(place, RmwOp.CMPXCHG, expected, value, RmwOrder.FULL);
  }

  public final long cmpxchg_relaxed(Place place, long expected, long value) {
    return update(place, RmwOp.CMPXCHG, expected, value, RmwOrder.RELAXED);
  }

  public final long cmpxchg_acquire(Place place, long expected, long value) {
    return update(place, RmwOp.CMPXCHG, expected, value, RmwOrder.ACQUIRE);
  }

  public final long cmpxchg_release(Place place, long expected, long value) {
    return update(place, RmwOp.CMPXCHG, expected, value, RmwOrder.RELEASE);
  }

  // Bit operations, on bit numbers as in the kernel.

  public final boolean test_bit(int bit, Place place) {
    return (READ_ONCE(place) & 1L << bit) != 0;
  }

  /** Atomic, unordered. */
  public final void set_bit(int bit, Place place) {
    update(place, RmwOp.OR, 1L << bit, 0, RmwOrder.NORETURN);
  }

  /** Atomic, unordered. */
  public final void clear_bit(int bit, Place place) {
    update(place, RmwOp.AND, ~(1L << bit), 0, RmwOrder.NORETURN);
  }

  /**
   * Sets a bit and returns its old value. Fully ordered if it was clear, unordered if it was set:
   * before 415d83249709 (v6.0) no more was promised.
   */
  public final boolean test_and_set_bit(int bit, Place place) {
    return (update(place, RmwOp.OR_IF_CLEAR, 1L << bit, 0, RmwOrder.FULL) & 1L << bit) != 0;
  }

  /** Sets a bit and returns its old value, to take a lock: acquire if it was clear. */
  public final boolean test_and_set_bit_lock(int bit, Place place) {
    return (update(place, RmwOp.OR_IF_CLEAR, 1L << bit, 0, RmwOrder.ACQUIRE) & 1L << bit) != 0;
  }

  /** Clears a bit, to drop a lock: release. */
  public final void clear_bit_unlock(int bit, Place place) {
    update(place, RmwOp.AND, ~(1L << bit), 0, RmwOrder.RELEASE);
  }

  /** Clears a bit and returns its old value. Fully ordered if it was set, unordered if not. */
  public final boolean test_and_clear_bit(int bit, Place place) {
    return (update(place, RmwOp.CLEAR_IF_SET, 1L << bit, 0, RmwOrder.FULL) & 1L << bit) != 0;
  }

  /** Not atomic: a load, then a store of the whole word. Both are plain in source. */
  public final void __set_bit(int bit, Place place) {
    or_plain_in_source(place, 1L << bit);
  }

  /** Not atomic: a load, then a store of the whole word. Both are plain in source. */
  public final void __clear_bit(int bit, Place place) {
    and_plain_in_source(place, ~(1L << bit));
  }

  /** {@code place |= mask}: a load, then a store of the whole word. */
  public final void or_plain_in_source(Place place, long mask) {
    if (atomicBitOps()) {
      update(place, RmwOp.OR, mask, 0, RmwOrder.NORETURN);
      return;
    }
    long old = load(place, plainInSource());
    store(place, old | mask, plainInSource(), latestRead());
  }

  /** {@code place &= mask}: a load, then a store of the whole word. */
  public final void and_plain_in_source(Place place, long mask) {
    if (atomicBitOps()) {
      update(place, RmwOp.AND, mask, 0, RmwOrder.NORETURN);
      return;
    }
    long old = load(place, plainInSource());
    store(place, old & mask, plainInSource(), latestRead());
  }

  // Locks.

  public final void spin_lock(Spinlock lock) {
    lock(lock);
  }

  public final void spin_unlock(Spinlock lock) {
    unlock(lock);
  }

  public final boolean spin_trylock(Spinlock lock) {
    return tryLock(lock);
  }

  /** Whether anybody holds the lock; orders nothing. */
  public final boolean spin_is_locked(Spinlock lock) {
    return isLocked(lock);
  }

  // Sequence counters, as in include/linux/seqlock.h. No full fence anywhere.

  /** Makes the count odd; the increment is plain in source. Then smp_wmb. */
  public final void raw_write_seqcount_begin(Seqcount count) {
    increment(count.sequence());
    smp_wmb();
  }

  /** smp_wmb, then makes the count even; the increment is plain in source. */
  public final void raw_write_seqcount_end(Seqcount count) {
    smp_wmb();
    increment(count.sequence());
  }

  private void increment(Word word) {
    long old = load(word, plainInSource());
    store(word, old + 1, plainInSource(), latestRead());
  }

  /** The count, whether odd or even; then smp_rmb. */
  public final long raw_read_seqcount(Seqcount count) {
    long sequence = READ_ONCE(count.sequence());
    smp_rmb();
    return sequence;
  }

  /** smp_rmb, then whether the count has changed. */
  public final boolean read_seqcount_retry(Seqcount count, long start) {
    smp_rmb();
    return READ_ONCE(count.sequence()) != start;
  }

  // Read-side critical sections and those who wait for them.

  public final void rcu_read_lock() {
    fence(Fence.RCU_READ_LOCK);
  }

  public final void rcu_read_unlock() {
    fence(Fence.RCU_READ_UNLOCK);
  }

  public final void synchronize_rcu() {
    fence(Fence.SYNCHRONIZE_RCU);
  }

  /** Begins a section of an srcu_struct; returns the index that its unlock is to be given. */
  public final long srcu_read_lock(Word srcu) {
    return srcu(Fence.SRCU_READ_LOCK, srcu, 0);
  }

  public final void srcu_read_unlock(Word srcu, long index) {
    srcu(Fence.SRCU_READ_UNLOCK, srcu, index);
  }

  public final void synchronize_srcu(Word srcu) {
    srcu(Fence.SYNCHRONIZE_SRCU, srcu, 0);
  }

  public final void local_irq_save() {
    fence(Fence.LOCAL_IRQ_SAVE);
  }

  public final void local_irq_restore() {
    fence(Fence.LOCAL_IRQ_RESTORE);
  }

  /** A synchronous IPI to all CPUs: a TLB flush on x86, tlb_remove_table_sync_one. */
  public final void ipi_sync() {
    fence(Fence.IPI_SYNC);
  }
}
