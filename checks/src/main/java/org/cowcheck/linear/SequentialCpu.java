package org.cowcheck.linear;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.access.UserAccess;

/**
 * A CPU of a sequentially consistent machine: one step per access, and fences have no effect.
 *
 * <p>Lincheck explores no reordering, so {@link org.cowcheck.memory.HardwareCpu} would show it
 * nothing more; but it would make two or more switch points of an access (an atomic is a loop, and
 * the table behind a Java switch is shared memory too), and traces without steps and names.
 *
 * <p>Sections, also those with interrupts off, have no effect either: only a grace period waits for
 * them. Grace periods are refused, so that a program with one never runs without what it waits for.
 *
 * <p>An access of user code is one step with its walk of the page table: whoever flushes the TLB
 * after a change of an entry waits for it, and nothing of that is modelled here.
 */
final class SequentialCpu extends Cpu {
  /** A walk, which comes first, and what is then accessed. */
  private static final Step[] USER_ACCESS = UserAccess.STEPS.all().toArray(Step[]::new);

  private final Bus bus;
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();
  private int noted;
  private Step step = Step.NONE;

  /** Whether what follows belongs to the access of user code that has begun. */
  private boolean inAccess;

  SequentialCpu(Bus bus) {
    this.bus = bus;
  }

  /** What the program has noted so far. */
  ImmutableList<Note> notes() {
    return notes.build();
  }

  private String what(Word word) {
    return isSame(step, Step.NONE) ? word.name() : step.label() + ' ' + word.name();
  }

  @Override
  protected long load(Place place, Order order) {
    Word word = place.word();
    if (inAccess) {
      return bus.loadAtOnce(word.number());
    }
    inAccess = isOfUserAccess(step);
    return bus.load(what(word), word.number());
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    Word word = place.word();
    if (inAccess) {
      bus.storeAtOnce(word.number(), value);
      return;
    }
    bus.store(what(word), word.number(), value);
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Word word = place.word();
    return bus.update(what(word), word.number(), op, a, b);
  }

  @Override
  protected void fence(Fence fence) {
    if (fence.isGracePeriod()) {
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
    bus.lock(what(lock.word()), lock.word().number());
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    return bus.tryLock(what(lock.word()), lock.word().number());
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return load(lock.word(), Order.ONCE) != Spinlock.UNLOCKED;
  }

  @Override
  protected void unlock(Spinlock lock) {
    bus.unlock(what(lock.word()), lock.word().number());
  }

  @Override
  protected int latestRead() {
    return Place.NO_READ;
  }

  @Override
  public Cpu at(Step next) {
    step = next;
    inAccess &= isOfUserAccess(next) && !isSame(next, USER_ACCESS[0]);
    return this;
  }

  private static boolean isOfUserAccess(Step step) {
    for (Step each : USER_ACCESS) {
      if (isSame(step, each)) {
        return true;
      }
    }
    return false;
  }

  /** Steps are constants. Lincheck looks into calls of {@code equals}, and each access is asked. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Step one, Step other) {
    return one == other;
  }

  @Override
  public void note(String name, long value) {
    notes.add(new Note(name, value, noted));
    noted++;
  }

  @Override
  public void ctrl(Word... words) {
    // Nothing is reordered here.
  }
}
