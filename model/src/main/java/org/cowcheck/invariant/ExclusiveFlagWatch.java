package org.cowcheck.invariant;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.migrate.FolioMigrate;
import org.cowcheck.patch.Kernel;

/**
 * A CPU that notes where PG_anon_exclusive changes without a PT lock, other than while its page is
 * freed, or is the new one of a migration that no entry maps yet. It adds nothing that a memory
 * model sees.
 *
 * <p>It looks at atomic operations. The non-atomic ones belong to pages that nobody else reaches.
 */
public final class ExclusiveFlagWatch extends ForwardingCpu {
  /** The name of the note. */
  static final String UNLOCKED_CHANGE = "PG_anon_exclusive changed without the PT lock";

  /** Where nobody maps the page: in its free, and while a migration copies what is stale. */
  private static final ImmutableSet<Step> UNMAPPED =
      ImmutableSet.<Step>builder()
          .addAll(PageFree.STEPS.all())
          .addAll(FolioMigrate.STEPS.all())
          .build();

  private final long exclusive;
  private final ImmutableSet<Word> flags;
  private final ImmutableSet<Word> locks;
  private int ptLocks;
  private Step step = Step.NONE;

  /**
   * Watches what programs do on a CPU.
   *
   * @param kernel of a state with an exclusive flag
   * @param flags the words of the page flags
   * @param locks the words of the PT locks
   */
  public ExclusiveFlagWatch(
      Cpu cpu, Kernel kernel, ImmutableSet<Word> flags, ImmutableSet<Word> locks) {
    super(cpu);
    this.exclusive = PageFlag.bit(PageFlag.anonExclusive(kernel));
    this.flags = flags;
    this.locks = locks;
  }

  @Override
  public Cpu at(Step next) {
    step = next;
    super.at(next);
    return this;
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    long old = super.update(place, op, a, b, order);
    if (ptLocks == 0
        && op.succeeds(old, a, b)
        && ((old ^ op.apply(old, a, b)) & exclusive) != 0
        && flags.contains(place.word())
        && !UNMAPPED.contains(step)) {
      note(UNLOCKED_CHANGE, 0);
    }
    return old;
  }

  private boolean isPtLock(Spinlock lock) {
    return locks.contains(lock.word());
  }

  @Override
  protected void lock(Spinlock lock) {
    super.lock(lock);
    ptLocks += isPtLock(lock) ? 1 : 0;
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    boolean locked = super.tryLock(lock);
    ptLocks += locked && isPtLock(lock) ? 1 : 0;
    return locked;
  }

  @Override
  protected void unlock(Spinlock lock) {
    ptLocks -= isPtLock(lock) ? 1 : 0;
    super.unlock(lock);
  }
}
