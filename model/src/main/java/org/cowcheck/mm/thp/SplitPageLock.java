package org.cowcheck.mm.thp;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * The page lock that __split_huge_pmd() takes of an anonymous huge page (mm/huge_memory.c), from
 * c444eb564fb1 (v5.8, CVE-2020-29368) to v5.17: S0.
 *
 * <p>The split gives a mapping of the huge page to each of its parts, in more than one step. A
 * write fault by another process, which has its own lock of its own PMD entry, adds these counts up
 * to find out whether the page is mapped once. S1 to S3 look at references instead, and v5.18
 * dropped the lock.
 *
 * <p>Left out: waiting for the page lock, which is tried twice instead: who does not get it then
 * waits until the end; another try if the PMD entry has changed and is huge still.
 */
public final class SplitPageLock {
  public static final Steps STEPS = new Steps("__split_huge_pmd, page lock");

  private static final Step TRYLOCK =
      STEPS.hunk("SP20", "__split_huge_pmd, S0", "trylock the page: test and set PG_locked");
  private static final Step GET =
      STEPS.step("SP21", "__split_huge_pmd, S0", "locked by somebody: _refcount + 1");
  private static final Step UNLOCK_TO_WAIT =
      STEPS.step("SP22", "__split_huge_pmd, S0", "drop the lock of the PMD entry");
  private static final Step LOCK_PAGE =
      STEPS.step("SP23", "__split_huge_pmd, S0", "lock the page: test and set PG_locked");
  private static final Step LOCK_AGAIN =
      STEPS.step("SP24", "__split_huge_pmd, S0", "take the lock of the PMD entry again");
  private static final Step SAME =
      STEPS.step("SP25", "__split_huge_pmd, S0", "load the PMD entry: still the same?");
  private static final Step PUT = STEPS.step("SP26", "__split_huge_pmd, S0", "drop the reference");
  private static final Step UNLOCK_PAGE =
      STEPS.step("SP27", "__split_huge_pmd, S0", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final PageFree free;

  SplitPageLock(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /** Whether the kernel takes it. */
  boolean applies() {
    return kernel.has(TRYLOCK);
  }

  /** What came of locking the page. */
  public enum Locked {
    /** It is locked, and so is the PMD entry. */
    YES,
    /** The PMD entry has changed: there is nothing to split. */
    CHANGED,
    /** Somebody has it locked. */
    WAITS
  }

  /** Locks the page. The caller has the lock of the PMD entry, and keeps it only if this is YES. */
  Locked lock(Cpu cpu, PageTable table, long pmd, Page head) {
    if (!cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      return Locked.YES;
    }
    cpu.at(GET).atomic_inc(head.refcount());
    cpu.at(UNLOCK_TO_WAIT).spin_unlock(table.above().lock());
    if (cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      free.putPage(cpu.at(PUT), head);
      return Locked.WAITS;
    }
    cpu.at(LOCK_AGAIN).spin_lock(table.above().lock());
    boolean same = cpu.at(SAME).recheck(table.pmd(), pmd);
    if (!same) {
      unlock(cpu, head);
      cpu.at(UNLOCK_TO_WAIT).spin_unlock(table.above().lock());
    }
    free.putPage(cpu.at(PUT), head);
    return same ? Locked.YES : Locked.CHANGED;
  }

  void unlock(Cpu cpu, Page head) {
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
  }
}
