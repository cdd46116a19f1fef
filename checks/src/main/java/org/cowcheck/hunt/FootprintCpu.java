package org.cowcheck.hunt;

import java.util.BitSet;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/** A CPU that is alone in fresh memory, and remembers which words it reads and writes. */
final class FootprintCpu extends Cpu {
  private final long[] values;
  private final BitSet read = new BitSet();
  private final BitSet written = new BitSet();
  private int srcuSections;

  /** Waits for a lock that nobody will release. */
  static final class WaitsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WaitsException(Spinlock lock) {
      super("waits for " + lock.word() + " for ever");
    }
  }

  FootprintCpu(List<Word> words) {
    this.values = words.stream().mapToLong(Word::initialValue).toArray();
  }

  Footprint footprint() {
    return new Footprint(read, written);
  }

  private int number(Word word) {
    return word.number();
  }

  @Override
  protected long load(Place place, Order order) {
    int word = number(place.word());
    read.set(word);
    return values[word];
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    int word = number(place.word());
    written.set(word);
    values[word] = value;
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    long old = load(place, Order.ONCE);
    if (op.succeeds(old, a, b)) {
      store(place, op.apply(old, a, b), Order.ONCE, Place.NO_READ);
    }
    return old;
  }

  @Override
  protected void fence(Fence fence) {
    // There is nobody to be ordered against.
  }

  @Override
  protected long srcu(Fence fence, Word domain, long index) {
    return fence == Fence.SRCU_READ_LOCK ? srcuSections++ : index;
  }

  @Override
  protected void lock(Spinlock lock) {
    if (!tryLock(lock)) {
      throw new WaitsException(lock);
    }
  }

  /** Also if it fails it counts as a write: it looks who has the lock. */
  @Override
  protected boolean tryLock(Spinlock lock) {
    boolean free = load(lock.word(), Order.ONCE) == Spinlock.UNLOCKED;
    store(lock.word(), Spinlock.LOCKED, Order.ACQUIRE, Place.NO_READ);
    return free;
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return load(lock.word(), Order.ONCE) != Spinlock.UNLOCKED;
  }

  @Override
  protected void unlock(Spinlock lock) {
    store(lock.word(), Spinlock.UNLOCKED, Order.RELEASE, Place.NO_READ);
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
    // Notes are no accesses.
  }

  @Override
  public void ctrl(Word... words) {
    // Nothing is reordered here.
  }
}
