package org.cowcheck.patch;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/**
 * A CPU on which a patch's edits take effect, so that kernel paths need not ask for each of them.
 *
 * <p>A barrier after a step is executed when the next step begins; nothing that a memory model sees
 * lies between.
 */
final class PatchedCpu extends ForwardingCpu {
  private final ImmutableListMultimap<String, Edit> edits;
  private final Order plainInSource;
  private final Consumer<String> onlooker;
  private final DroppedLocks dropped = new DroppedLocks();
  private List<Edit> current = List.of();
  private Step step = Step.NONE;
  private boolean dropsFences;
  private boolean dropsLocks;
  private boolean dropsRechecks;
  private boolean makesAtomic;
  private boolean makesNonAtomic;
  private boolean marks;
  private boolean unmarks;
  private Optional<Fence> replacement = Optional.empty();

  PatchedCpu(Cpu engine, List<Edit> edits, Accesses accesses, Consumer<String> onlooker) {
    super(engine);
    this.edits = Multimaps.index(edits, Edit::label);
    this.plainInSource = accesses == Accesses.AS_WRITTEN ? Order.PLAIN : Order.ONCE;
    this.onlooker = onlooker;
  }

  @Override
  protected Order plainInSource() {
    return marks ? Order.ONCE : plainInSource;
  }

  /** The order of an access that is marked in the source. */
  private Order unlessUnmarked(Order order) {
    return unmarks && order == Order.ONCE ? plainInSource : order;
  }

  @Override
  protected long load(Place place, Order order) {
    return super.load(place, unlessUnmarked(order));
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    super.store(place, value, unlessUnmarked(order), dataRead);
  }

  @Override
  protected boolean atomicBitOps() {
    return makesAtomic;
  }

  @Override
  public Cpu at(Step next) {
    for (Edit edit : current) {
      if (edit instanceof Edit.InsertAfter insert) {
        insert(insert.fence(), "after");
      }
    }
    step = next;
    onlooker.accept(next.label());
    current = edits.get(next.label());
    if (current.isEmpty()) {
      changesNothing();
    } else {
      change(next.label());
    }
    for (Edit edit : current) {
      if (edit instanceof Edit.InsertBefore insert) {
        insert(insert.fence(), "before");
      }
    }
    super.at(next);
    return this;
  }

  /** Most steps are not changed, and each access has a step: this is quick in every engine. */
  private void changesNothing() {
    dropsFences = false;
    dropsLocks = false;
    dropsRechecks = false;
    makesAtomic = false;
    makesNonAtomic = false;
    marks = false;
    unmarks = false;
    replacement = Optional.empty();
  }

  private void change(String label) {
    dropsFences = current.contains(new Edit.DropFence(label));
    dropsLocks = current.contains(new Edit.DropLock(label));
    dropsRechecks = current.contains(new Edit.DropRecheck(label));
    makesAtomic = current.contains(new Edit.MakeAtomic(label));
    makesNonAtomic = current.contains(new Edit.MakeNonAtomic(label));
    marks = current.contains(new Edit.Mark(label));
    unmarks = current.contains(new Edit.Unmark(label));
    replacement =
        current.stream()
            .filter(Edit.ReplaceFence.class::isInstance)
            .map(edit -> ((Edit.ReplaceFence) edit).fence())
            .findFirst();
  }

  private void insert(Fence fence, String where) {
    super.at(
        new Step(
            step.label() + "+",
            step.function(),
            fence.kernelName() + " that the patch puts " + where + " " + step.label()));
    super.fence(fence);
  }

  @Override
  protected void fence(Fence fence) {
    if (!drops(fence)) {
      super.fence(fence.isSectional() ? fence : replacement.orElse(fence));
    }
  }

  private boolean drops(Fence fence) {
    if (fence.beginsSection()) {
      return dropped.begins(fence, dropsLocks);
    }
    return fence.endsSection() ? dropped.ends(fence) : dropsFences;
  }

  @Override
  public boolean recheck(BooleanSupplier unchanged) {
    return dropsRechecks || super.recheck(unchanged);
  }

  @Override
  protected void lock(Spinlock lock) {
    if (dropsLocks) {
      dropped.take(lock);
    } else {
      super.lock(lock);
    }
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    if (dropsLocks) {
      dropped.take(lock);
      return true;
    }
    return super.tryLock(lock);
  }

  @Override
  protected void unlock(Spinlock lock) {
    if (!dropped.release(lock)) {
      super.unlock(lock);
    }
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    if (dropsLocks && op == RmwOp.OR_IF_CLEAR && order == RmwOrder.ACQUIRE) {
      dropped.take(place.word(), a);
      return 0;
    }
    if (op == RmwOp.AND && order == RmwOrder.RELEASE && dropped.release(place.word(), ~a)) {
      return 0;
    }
    if (makesNonAtomic && order == RmwOrder.NORETURN && (op == RmwOp.AND || op == RmwOp.OR)) {
      long old = load(place, plainInSource());
      store(place, op == RmwOp.AND ? old & a : old | a, plainInSource(), latestRead());
      return old;
    }
    return super.update(place, op, a, b, order);
  }

  /** A branch on a lock that is not taken depends on nothing. */
  @Override
  public void ctrl(Word... words) {
    for (Word word : words) {
      if (!dropped.contains(word)) {
        super.ctrl(word);
      }
    }
  }
}
