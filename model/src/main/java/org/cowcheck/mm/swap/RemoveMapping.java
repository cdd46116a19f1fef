package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;

/**
 * __remove_mapping() of a page in the swap cache, and its like for a page of MADV_FREE in
 * shrink_page_list() (mm/vmscan.c), S0 to S3: nobody has a reference, and nobody gets one any more.
 *
 * <p>The references are compared and become 0 at once; who has one more, as a pin has, keeps the
 * page. PG_dirty is looked at only then: who had a reference may have dirtied it.
 */
public final class RemoveMapping {
  public static final Steps STEPS = new Steps("__remove_mapping");

  private static final Step LAZY =
      STEPS.step("RM18", "shrink_page_list", "load flags: PG_swapbacked? else MADV_FREE");
  private static final Step FREEZE_LAZY =
      STEPS.step("RM19", "shrink_page_list", "MADV_FREE: _refcount from 1 to 0");
  private static final Step LOCK =
      STEPS.step("RM20", "__remove_mapping", "take the lock of the swap cache");
  private static final Step FREEZE =
      STEPS.step("RM21", "__remove_mapping", "_refcount from 2 to 0: reclaim and the swap cache");
  private static final Step DIRTY =
      STEPS.step("RM22", "__remove_mapping", "load flags: PG_dirty? then keep it");
  private static final Step UNFREEZE =
      STEPS.step("RM23", "__remove_mapping", "dirty: _refcount becomes 2 again");
  private static final Step DELETE =
      STEPS.step("RM24", "__delete_from_swap_cache", "slot's page, private, PG_swapcache");
  private static final Step UNLOCK =
      STEPS.step("RM25", "__remove_mapping", "drop the lock of the swap cache");

  RemoveMapping() {}

  /**
   * Whether the page has no references and no slot any more, and is to be freed.
   *
   * @param hasMapping whether it is in the swap cache
   */
  boolean remove(Cpu cpu, Page page, SwapSlot slot, boolean hasMapping) {
    if (!cpu.at(LAZY).test_bit(PG_SWAPBACKED, page.flags())) {
      return cpu.at(FREEZE_LAZY).cmpxchg(page.refcount(), 1, 0) == 1;
    }
    if (!hasMapping) {
      return false;
    }
    cpu.at(LOCK).spin_lock(slot.cacheLock());
    boolean frozen = cpu.at(FREEZE).cmpxchg(page.refcount(), 2, 0) == 2;
    if (frozen && cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.at(UNFREEZE).atomic_set_release(page.refcount(), 2);
      frozen = false;
    }
    if (frozen) {
      SwapCache.deleteLocked(cpu.at(DELETE), page, slot);
    }
    cpu.at(UNLOCK).spin_unlock(slot.cacheLock());
    if (frozen) {
      SwapCache.putSlot(cpu, slot);
    }
    return frozen;
  }
}
