package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.PageFlag.PG_LRU;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.patch.Kernel;

/**
 * lru_cache_add_inactive_or_unevictable() of a new huge page, by folio_add_lru(), which does not
 * leave a huge page in the batch (mm/swap.c), S0 to S3.
 *
 * <p>The reference that the batch has is dropped by a fully ordered operation (LR5). Nothing else
 * orders what page_add_new_anon_rmap() stores before the PMD entry that the caller stores next:
 * without it a GUP-fast that sees the entry could have its pin overwritten (RH2). It is not there
 * for that.
 *
 * <p>Left out: the list itself, mlock, PG_active of the multi-generational LRU.
 */
public final class AddToLru {
  public static final Steps STEPS = new Steps("folio_add_lru");

  private static final Step GET = STEPS.step("LR1", "folio_add_lru", "_refcount + 1");
  private static final Step LOCK =
      STEPS.step("LR2", "folio_batch_move_lru", "take the lruvec lock");
  private static final Step SET_LRU =
      STEPS.step("LR3", "folio_set_lru", "set PG_lru of the head, atomically");
  private static final Step UNLOCK =
      STEPS.step("LR4", "folio_batch_move_lru", "drop the lruvec lock");
  private static final Step PUT =
      STEPS.hunk("LR5", "folio_put_testzero", "drop the reference of the batch: fully ordered");

  private AddToLru() {}

  /** Adds a huge page that the caller has the only reference of. */
  public static void folioAddLru(Kernel kernel, Cpu cpu, Page head, PageFree free) {
    cpu.at(GET).atomic_inc(head.refcount());
    cpu.at(LOCK).spin_lock(free.lruLock());
    cpu.at(SET_LRU).set_bit(PG_LRU, head.flags());
    cpu.at(UNLOCK).spin_unlock(free.lruLock());
    if (kernel.has(PUT)) {
      cpu.VM_BUG_ON(cpu.at(PUT).atomic_dec_and_test(head.refcount()));
    } else {
      cpu.at(PUT).atomic_dec(head.refcount());
    }
  }
}
