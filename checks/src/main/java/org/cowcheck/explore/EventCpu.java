package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Event.Site;
import org.cowcheck.execution.Event.Update;
import org.cowcheck.execution.LockRole;
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

/** A CPU that turns primitives into events; what an event reads is the subclass's business. */
abstract class EventCpu extends Cpu {
  private static final int[] NO_READS = {};

  private final int cpu;
  private final List<Note> notes = new ArrayList<>(0);
  private int latestRead = Place.NO_READ;
  private int[] control = NO_READS;
  private int[] nextAddress = NO_READS;
  private int[] nextData = NO_READS;
  private int[] nextControl = NO_READS;
  private Step step = Step.NONE;

  EventCpu(int cpu) {
    this.cpu = cpu;
  }

  /**
   * Takes the CPU's next event.
   *
   * @param completes whether it is the write half of the read-modify-write whose read came just
   *     before
   * @return the value of a read
   */
  abstract long take(Event event, boolean completes);

  /** The event that the CPU takes next if it does as it did before, or null. */
  abstract Event recorded();

  /** How many events the CPU has taken. */
  abstract int length();

  /** An event that the CPU has taken. */
  abstract Event taken(int index);

  /** What happens at a lock whose read has read this value. */
  abstract void enter(long lockRead);

  final ImmutableList<Note> notes() {
    return ImmutableList.copyOf(notes);
  }

  private Site site() {
    int[] controls = nextControl.length == 0 ? control : Ints.concat(control, nextControl);
    return new Site(cpu, length(), nextAddress, nextData, controls, step);
  }

  /** Takes a read, or the one that was recorded to stand in for it. */
  private long takeRead(Event event) {
    latestRead = length();
    Event recorded = recorded();
    return take(recorded != null && recorded.isStandIn() ? recorded : event, false);
  }

  @Override
  public final void dependencies(int[] address, int[] data, int[] controls) {
    nextAddress = address;
    nextData = data;
    nextControl = controls;
  }

  /** The dependencies were those of the access that has just been taken. */
  private void forgetDependencies() {
    dependencies(NO_READS, NO_READS, NO_READS);
  }

  // An event that was recorded is taken again as it is: nothing is made of it but its value.

  @Override
  protected final long load(Place place, Order order) {
    Event event = recorded();
    if (event == null || !event.isRead(place.word(), order)) {
      event = site().read(place, order);
    }
    long value = takeRead(event);
    forgetDependencies();
    return value;
  }

  @Override
  protected final void store(Place place, long value, Order order, int dataRead) {
    Event event = recorded();
    if (event == null || !event.isWrite(place.word(), value, order)) {
      event = site().write(place, value, order, dataRead);
    }
    take(event, false);
    forgetDependencies();
  }

  @Override
  protected final long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Event read = recorded();
    if (read == null || !read.isRead() || !read.isUpdateOf(place.word(), op, a, b, order)) {
      read = site().updateRead(place, new Update(op, a, b, order));
    }
    long old = takeRead(read);
    if (op.succeeds(old, a, b)) {
      long value = op.apply(old, a, b);
      Event write = recorded();
      if (write == null || !write.isWrite() || !write.isUpdateOf(place.word(), op, a, b, order)) {
        write = site().updateWrite(place, read.update(), value);
      }
      boolean alone = taken(latestRead).isStandIn();
      take(alone ? write.onlyWriting() : write, !alone);
    }
    forgetDependencies();
    return old;
  }

  @Override
  protected final void fence(Fence fence) {
    Event event = recorded();
    if (event == null || event.fence() != fence || event.domain() != null) {
      event = site().fence(fence);
    }
    take(event, false);
    forgetDependencies();
  }

  @Override
  protected final long srcu(Fence fence, Word domain, long index) {
    Event event = site().srcu(fence, domain, index);
    take(event, false);
    forgetDependencies();
    return event.value();
  }

  @Override
  protected final void lock(Spinlock lock) {
    long value = takeRead(site().lock(lock, LockRole.LOCK_READ));
    take(site().lock(lock, LockRole.LOCK_WRITE), true);
    forgetDependencies();
    enter(value);
  }

  @Override
  protected final boolean tryLock(Spinlock lock) {
    boolean free = takeRead(site().lock(lock, LockRole.TRY_READ)) == Spinlock.UNLOCKED;
    if (free) {
      take(site().lock(lock, LockRole.LOCK_WRITE), true);
    }
    forgetDependencies();
    return free;
  }

  @Override
  protected final boolean isLocked(Spinlock lock) {
    long value = takeRead(site().lock(lock, LockRole.QUERY));
    forgetDependencies();
    return value != Spinlock.UNLOCKED;
  }

  @Override
  protected final void unlock(Spinlock lock) {
    take(site().lock(lock, LockRole.UNLOCK), false);
    forgetDependencies();
  }

  @Override
  protected final int latestRead() {
    return latestRead;
  }

  @Override
  public final Cpu at(Step next) {
    step = next;
    return this;
  }

  @Override
  public final void note(String name, long value) {
    notes.add(new Note(name, value, length()));
  }

  @Override
  public final void ctrl(Word... words) {
    for (Word word : words) {
      control = Ints.concat(control, new int[] {lastReadOf(word)});
    }
  }

  private int lastReadOf(Word word) {
    for (int i = length() - 1; i >= 0; i--) {
      if (taken(i).isRead() && taken(i).word() == word) {
        return i;
      }
    }
    throw new IllegalStateException("ctrl(" + word + "): CPU " + cpu + " has not read it");
  }
}
