package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/**
 * A CPU that plays its events in a graph once more, for the program of another cell of the same
 * scenario: words are the same if they have the same number. It says where steps begin, which
 * fences the program has beside those of the graph, and whether it does something else.
 */
final class Playback extends Cpu {

  @SuppressWarnings("StaticAssignmentOfThrowable") // has neither stack trace nor suppressed ones
  private static final Deviation DEVIATION = new Deviation();

  private final Graph graph;
  private final int cpu;
  private final ImmutableList.Builder<StepBegin> begins = ImmutableList.builder();
  private final ImmutableList.Builder<Played.MoreFence> more = ImmutableList.builder();
  private Step step = Step.NONE;
  private int index;
  private int latestRead = Place.NO_READ;

  /** Ends a program that does something else. */
  private static final class Deviation extends RuntimeException {
    private static final long serialVersionUID = 1;

    Deviation() {
      super("the program does something else", null, false, false);
    }
  }

  private Playback(Graph graph, int cpu) {
    this.graph = graph;
    this.cpu = cpu;
  }

  /** Plays a program. */
  static Played play(ToLongFunction<Cpu> program, Graph graph, int cpu) {
    Playback playback = new Playback(graph, cpu);
    boolean deviates = false;
    try {
      long unused = program.applyAsLong(playback);
    } catch (Deviation e) {
      deviates = true;
    }
    return new Played(
        playback.begins.build(),
        playback.more.build(),
        deviates || playback.index < graph.length(cpu));
  }

  private Event next() {
    if (index == graph.length(cpu)) {
      throw DEVIATION;
    }
    return graph.event(graph.at(cpu, index));
  }

  private static void expect(boolean same) {
    if (!same) {
      throw DEVIATION;
    }
  }

  private long take() {
    return graph.value(graph.at(cpu, index++));
  }

  private long takeRead() {
    latestRead = index;
    return take();
  }

  private static boolean isOn(Event event, Word word) {
    return !event.isFence() && event.word().number() == word.number();
  }

  private static boolean isAlone(Event event) {
    return event.update() == null && event.lockRole() == LockRole.NONE;
  }

  @Override
  protected long load(Place place, Order order) {
    Event event = next();
    expect(event.isRead() && isAlone(event) && isOn(event, place.word()) && event.order() == order);
    return takeRead();
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    Event event = next();
    expect(
        event.isWrite()
            && isAlone(event)
            && isOn(event, place.word())
            && event.order() == order
            && event.value() == value);
    take();
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Event read = next();
    expect(
        read.isRead()
            && isOn(read, place.word())
            && new Event.Update(op, a, b, order).equals(read.update()));
    long old = takeRead();
    if (op.succeeds(old, a, b)) {
      Event write = next();
      expect(write.isWrite() && isOn(write, place.word()));
      take();
    }
    return old;
  }

  @Override
  protected void fence(Fence fence) {
    if (index < graph.length(cpu) && next().fence() == fence && next().domain() == null) {
      take();
    } else {
      more.add(new Played.MoreFence(step, fence, index));
    }
  }

  @Override
  protected long srcu(Fence fence, Word domain, long given) {
    expect(next().fence() == fence);
    return take();
  }

  private long takeLock(Spinlock lock, LockRole role) {
    Event event = next();
    expect(event.lockRole() == role && isOn(event, lock.word()));
    return event.isRead() ? takeRead() : take();
  }

  @Override
  protected void lock(Spinlock lock) {
    expect(takeLock(lock, LockRole.LOCK_READ) == Spinlock.UNLOCKED);
    takeLock(lock, LockRole.LOCK_WRITE);
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    boolean free = takeLock(lock, LockRole.TRY_READ) == Spinlock.UNLOCKED;
    if (free) {
      takeLock(lock, LockRole.LOCK_WRITE);
    }
    return free;
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return takeLock(lock, LockRole.QUERY) != Spinlock.UNLOCKED;
  }

  @Override
  protected void unlock(Spinlock lock) {
    takeLock(lock, LockRole.UNLOCK);
  }

  @Override
  protected int latestRead() {
    return latestRead;
  }

  @Override
  public Cpu at(Step next) {
    begins.add(new StepBegin(next, index));
    step = next;
    return this;
  }

  @Override
  public void note(String name, long value) {
    // Notes are no events.
  }

  @Override
  public void ctrl(Word... words) {
    // Dependencies change no value.
  }
}
