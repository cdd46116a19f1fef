package org.cowcheck.memory;

import com.google.common.collect.ImmutableList;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A CPU that runs on this machine, for jcstress and Lincheck.
 *
 * <p>Each primitive is the weakest Java access that implies it, so that hardware and JIT may do all
 * that the kernel's primitive allows them to:
 *
 * <ul>
 *   <li>PLAIN is a plain access: the compiler may merge, move and repeat it.
 *   <li>ONCE is opaque: one access, coherent per word, ordering nothing else.
 *   <li>ACQUIRE and RELEASE are the access modes of that name.
 *   <li>A relaxed or void atomic is a compare-and-set loop in plain mode: atomic, unordered. An
 *       acquire or release one, as test_and_set_bit_lock() and clear_bit_unlock() are, is such a
 *       loop in the mode of that name. A conditional one that fails has loaded opaquely, once.
 *   <li>A full atomic has a full fence on either side. Java's volatile compare-and-set would not
 *       do: it does not order an earlier opaque store before a later opaque load.
 *   <li>smp_rmb and smp_wmb are loadLoadFence and storeStoreFence, smp_mb and the atomic and
 *       spinlock fences are fullFence. barrier() keeps only the compiler from reordering; Java has
 *       nothing that weak, so it is loadLoadFence and storeStoreFence.
 *   <li>A spinlock is acquire and release too. spin_lock() is no more than that here either, but
 *       x86 makes a full fence of it.
 *   <li>local_irq_save and local_irq_restore do nothing: a section with IRQs off orders something
 *       only against whoever waits for it, and an IPI is refused.
 *   <li>Address dependencies are kept by hardware and by the JIT; control dependencies from a load
 *       to a store are kept by hardware, and an opaque store is never speculated.
 * </ul>
 *
 * <p>There is no IPI in user space and no RCU: grace periods and RCU's sections are refused. So it
 * runs paths of platforms without IPI only.
 */
public final class HardwareCpu extends Cpu {
  private final List<Note> notes = new ArrayList<>();

  /** What the program has noted so far. */
  public ImmutableList<Note> notes() {
    return ImmutableList.copyOf(notes);
  }

  @Override
  protected long load(Place place, Order order) {
    Word word = place.word();
    return switch (order) {
      case PLAIN -> word.value;
      case ONCE -> (long) Word.VALUE.getOpaque(word);
      case ACQUIRE -> (long) Word.VALUE.getAcquire(word);
      case RELEASE -> throw new IllegalArgumentException("a load cannot be a release");
    };
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    Word word = place.word();
    switch (order) {
      case PLAIN -> word.value = value;
      case ONCE -> Word.VALUE.setOpaque(word, value);
      case RELEASE -> Word.VALUE.setRelease(word, value);
      case ACQUIRE -> throw new IllegalArgumentException("a store cannot be an acquire");
    }
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Word word = place.word();
    if (order == RmwOrder.FULL) {
      VarHandle.fullFence();
    }
    while (true) {
      long old = (long) Word.VALUE.getOpaque(word);
      if (!op.succeeds(old, a, b)) {
        return old;
      }
      long value = op.apply(old, a, b);
      boolean done =
          switch (order) {
            case NORETURN, RELAXED, FULL -> Word.VALUE.weakCompareAndSetPlain(word, old, value);
            case ACQUIRE -> Word.VALUE.weakCompareAndSetAcquire(word, old, value);
            case RELEASE -> Word.VALUE.weakCompareAndSetRelease(word, old, value);
          };
      if (done) {
        if (order == RmwOrder.FULL) {
          VarHandle.fullFence();
        }
        return old;
      }
    }
  }

  @Override
  protected void fence(Fence fence) {
    switch (fence) {
      case SMP_RMB, RMB -> VarHandle.loadLoadFence();
      case SMP_WMB, WMB -> VarHandle.storeStoreFence();
      case BARRIER -> {
        VarHandle.loadLoadFence();
        VarHandle.storeStoreFence();
      }
      case SMP_MB, MB, BEFORE_ATOMIC, AFTER_ATOMIC, AFTER_SPINLOCK, AFTER_UNLOCK_LOCK ->
          VarHandle.fullFence();
      case LOCAL_IRQ_SAVE, LOCAL_IRQ_RESTORE -> {
        // Nobody waits for the section: see IPI_SYNC.
      }
      case RCU_READ_LOCK,
          RCU_READ_UNLOCK,
          SYNCHRONIZE_RCU,
          SRCU_READ_LOCK,
          SRCU_READ_UNLOCK,
          SYNCHRONIZE_SRCU,
          IPI_SYNC ->
          throw new UnsupportedOperationException(
              fence.kernelName() + " has no counterpart outside a kernel");
    }
  }

  @Override
  protected long srcu(Fence fence, Word domain, long index) {
    fence(fence);
    return 0;
  }

  @Override
  protected void lock(Spinlock lock) {
    while (!tryLock(lock)) {
      Thread.onSpinWait();
    }
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    return Word.VALUE.weakCompareAndSetAcquire(lock.word(), Spinlock.UNLOCKED, Spinlock.LOCKED);
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return load(lock.word(), Order.ONCE) != Spinlock.UNLOCKED;
  }

  @Override
  protected void unlock(Spinlock lock) {
    Word.VALUE.setRelease(lock.word(), Spinlock.UNLOCKED);
  }

  @Override
  protected int latestRead() {
    return Place.NO_READ;
  }

  @Override
  public Cpu at(Step step) {
    return this;
  }

  @Override
  public void note(String name, long value) {
    notes.add(new Note(name, value, notes.size()));
  }

  @Override
  public void ctrl(Word... words) {
    // The branch itself is the dependency here.
  }

  /** The value of a word after all CPUs are done. */
  public static long finalValue(Word word) {
    return word.value;
  }
}
