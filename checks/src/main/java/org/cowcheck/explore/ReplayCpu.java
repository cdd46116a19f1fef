package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Event.Site;
import org.cowcheck.execution.Event.Update;
import org.cowcheck.execution.Graph;
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
 * A CPU that re-executes its program along the events that it has in a graph, and stops it at the
 * first operation that is not there yet.
 *
 * <p>The program is stopped by {@link Stop}; model code must let it pass.
 */
final class ReplayCpu extends Cpu {
  private static final int[] NO_READS = {};

  @SuppressWarnings("StaticAssignmentOfThrowable") // has neither stack trace nor suppressed ones
  private static final Stop STOP = new Stop();

  private final Graph graph;
  private final int cpu;
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();
  private int index;
  private int latestRead = Place.NO_READ;
  private int[] control = NO_READS;
  private int[] nextAddress = NO_READS;
  private int[] nextData = NO_READS;
  private int[] nextControl = NO_READS;
  private Step step = Step.NONE;
  private Event next;
  private boolean completes;

  /**
   * Ends a re-execution. Preallocated and without a stack trace: it is thrown millions of times.
   */
  private static final class Stop extends RuntimeException {
    Stop() {
      super("the program is stopped at its next event", null, false, false);
    }
  }

  private ReplayCpu(Graph graph, int cpu) {
    this.graph = graph;
    this.cpu = cpu;
  }

  /**
   * Runs a program along a graph.
   *
   * @throws NondeterminismException if it does something else than the graph says it did
   */
  static CpuState run(ToLongFunction<Cpu> program, Graph graph, int cpu) {
    ReplayCpu replay = new ReplayCpu(graph, cpu);
    try {
      long returned = program.applyAsLong(replay);
      if (replay.index < graph.length(cpu)) {
        throw new NondeterminismException(
            "CPU " + cpu + " returned before " + graph.event(graph.at(cpu, replay.index)));
      }
      return new CpuState(null, false, true, returned, replay.notes.build());
    } catch (Stop stop) {
      return new CpuState(replay.next, replay.completes, false, 0, replay.notes.build());
    }
  }

  private Site site() {
    int[] controls = nextControl.length == 0 ? control : Ints.concat(control, nextControl);
    return new Site(cpu, index, nextAddress, nextData, controls, step);
  }

  /** Takes the event from the graph if it is there, and stops the program if not. */
  private int take(Event event, boolean completing) {
    if (index == graph.length(cpu)) {
      next = event;
      completes = completing;
      throw STOP;
    }
    int id = graph.at(cpu, index);
    if (!graph.event(id).sameOperation(event)) {
      throw new NondeterminismException(
          "CPU " + cpu + " did " + event + " where it had done " + graph.event(id));
    }
    if (event.isRead()) {
      latestRead = index;
    }
    index++;
    return id;
  }

  @Override
  public void dependencies(int[] address, int[] data, int[] control) {
    nextAddress = address;
    nextData = data;
    nextControl = control;
  }

  /** The dependencies were those of the access that has just been taken. */
  private void forgetDependencies() {
    dependencies(NO_READS, NO_READS, NO_READS);
  }

  @Override
  protected long load(Place place, Order order) {
    int read = take(site().read(place, order), false);
    forgetDependencies();
    return graph.value(read);
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    take(site().write(place, value, order, dataRead), false);
    forgetDependencies();
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    Update update = new Update(op, a, b, order);
    long old = graph.value(take(site().updateRead(place, update), false));
    if (op.succeeds(old, a, b)) {
      take(site().updateWrite(place, update, op.apply(old, a, b)), true);
    }
    forgetDependencies();
    return old;
  }

  @Override
  protected void fence(Fence fence) {
    take(site().fence(fence), false);
    forgetDependencies();
  }

  @Override
  protected void srcu(Fence fence, Word domain, long index) {
    take(site().srcu(fence, domain, index), false);
    forgetDependencies();
  }

  @Override
  protected void lock(Spinlock lock) {
    int read = take(site().lock(lock, LockRole.LOCK_READ), false);
    take(site().lock(lock, LockRole.LOCK_WRITE), true);
    forgetDependencies();
    if (graph.value(read) != Spinlock.UNLOCKED) {
      throw STOP;
    }
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    int read = take(site().lock(lock, LockRole.TRY_READ), false);
    boolean free = graph.value(read) == Spinlock.UNLOCKED;
    if (free) {
      take(site().lock(lock, LockRole.LOCK_WRITE), true);
    }
    forgetDependencies();
    return free;
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    int read = take(site().lock(lock, LockRole.QUERY), false);
    forgetDependencies();
    return graph.value(read) != Spinlock.UNLOCKED;
  }

  @Override
  protected void unlock(Spinlock lock) {
    take(site().lock(lock, LockRole.UNLOCK), false);
    forgetDependencies();
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
    notes.add(new Note(name, value, index));
  }

  @Override
  public void ctrl(Word... words) {
    for (Word word : words) {
      int read = lastReadOf(word);
      int[] longer = Arrays.copyOf(control, control.length + 1);
      longer[control.length] = read;
      control = longer;
    }
  }

  private int lastReadOf(Word word) {
    for (int i = index - 1; i >= 0; i--) {
      Event event = graph.event(graph.at(cpu, i));
      if (event.isRead() && event.word() == word) {
        return i;
      }
    }
    throw new IllegalStateException("ctrl(" + word + "): CPU " + cpu + " has not read it");
  }
}
