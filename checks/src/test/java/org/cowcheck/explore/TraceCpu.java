package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
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

/**
 * A CPU that runs alone: every read returns a guess, and the events are recorded.
 *
 * <p>It knows no graph and never stops in the middle, so it shares nothing with {@link ReplayCpu}
 * but the events.
 */
final class TraceCpu extends Cpu {
  private final int cpu;
  private final Guesses guesses;
  private final List<Event> events = new ArrayList<>();
  private final List<Long> values = new ArrayList<>();
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();
  private int latestRead = Place.NO_READ;
  private int[] control = {};
  private Step step = Step.NONE;

  /**
   * One run of one CPU.
   *
   * @param events in program order
   * @param values per event the value read or written, 0 for a fence
   */
  record Trace(
      ImmutableList<Event> events,
      ImmutableList<Long> values,
      long returned,
      ImmutableList<Note> notes) {}

  /** Goes through all sequences of guesses, one per run, as an odometer does. */
  private static final class Guesses {
    private final List<ImmutableList<Long>> possible;
    private final List<Integer> digits = new ArrayList<>();
    private final List<Integer> bases = new ArrayList<>();
    private int next;

    Guesses(List<? extends Set<Long>> possible) {
      this.possible = possible.stream().map(ImmutableList::copyOf).toList();
    }

    long guess(Word word) {
      ImmutableList<Long> candidates = possible.get(word.number());
      if (next == digits.size()) {
        digits.add(0);
        bases.add(candidates.size());
      }
      return candidates.get(digits.get(next++));
    }

    /** Turns to the next sequence; false if there is none. */
    boolean advance() {
      next = 0;
      for (int last = digits.size() - 1; last >= 0; last--) {
        if (digits.get(last) + 1 < bases.get(last)) {
          digits.set(last, digits.get(last) + 1);
          return true;
        }
        digits.remove(last);
        bases.remove(last);
      }
      return false;
    }
  }

  private TraceCpu(int cpu, Guesses guesses) {
    this.cpu = cpu;
    this.guesses = guesses;
  }

  /** All runs of a program in which each read returns a value that its word may have. */
  static ImmutableList<Trace> all(
      ToLongFunction<Cpu> program, int number, List<? extends Set<Long>> possible) {
    ImmutableList.Builder<Trace> traces = ImmutableList.builder();
    Guesses guesses = new Guesses(possible);
    do {
      TraceCpu cpu = new TraceCpu(number, guesses);
      long returned = program.applyAsLong(cpu);
      traces.add(
          new Trace(
              ImmutableList.copyOf(cpu.events),
              ImmutableList.copyOf(cpu.values),
              returned,
              cpu.notes.build()));
    } while (guesses.advance());
    return traces.build();
  }

  private Site site() {
    return new Site(cpu, events.size(), new int[0], new int[0], control, step);
  }

  private void record(Event event, long value) {
    events.add(event);
    values.add(value);
  }

  private long read(Event event, long value) {
    latestRead = events.size();
    record(event, value);
    return value;
  }

  private long guess(Event event) {
    return read(event, guesses.guess(event.word()));
  }

  @Override
  protected long load(Place place, Order order) {
    return guess(site().read(place, order));
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    record(site().write(place, value, order, dataRead), value);
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Update update = new Update(op, a, b, order);
    long old = guess(site().updateRead(place, update));
    if (op.succeeds(old, a, b)) {
      long value = op.apply(old, a, b);
      record(site().updateWrite(place, update, value), value);
    }
    return old;
  }

  @Override
  protected void fence(Fence fence) {
    record(site().fence(fence), 0);
  }

  @Override
  protected void srcu(Fence fence, Word domain, long index) {
    record(site().srcu(fence, domain, index), index);
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return guess(site().lock(lock, LockRole.QUERY)) != Spinlock.UNLOCKED;
  }

  @Override
  protected void lock(Spinlock lock) {
    read(site().lock(lock, LockRole.LOCK_READ), Spinlock.UNLOCKED);
    record(site().lock(lock, LockRole.LOCK_WRITE), Spinlock.LOCKED);
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    boolean free = guess(site().lock(lock, LockRole.TRY_READ)) == Spinlock.UNLOCKED;
    if (free) {
      record(site().lock(lock, LockRole.LOCK_WRITE), Spinlock.LOCKED);
    }
    return free;
  }

  @Override
  protected void unlock(Spinlock lock) {
    record(site().lock(lock, LockRole.UNLOCK), Spinlock.UNLOCKED);
  }

  @Override
  protected int latestRead() {
    return latestRead;
  }

  @Override
  public Cpu at(Step step) {
    this.step = step;
    return this;
  }

  @Override
  public void note(String name, long value) {
    notes.add(new Note(name, value, events.size()));
  }

  @Override
  public void ctrl(Word... words) {
    for (Word word : words) {
      int read = events.size() - 1;
      while (!events.get(read).isRead() || events.get(read).word() != word) {
        read--;
      }
      control = Arrays.copyOf(control, control.length + 1);
      control[control.length - 1] = read;
    }
  }
}
