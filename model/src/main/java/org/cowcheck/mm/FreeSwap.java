package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;

/**
 * try_to_free_swap(), folio_free_swap() since v6.1 (mm/swapfile.c): takes a page out of the swap
 * cache if no swap entry names it any more, S0 to S3. The caller holds the page lock.
 *
 * <p>The slot of a page is in its private word, which nobody changes under the page lock; here the
 * slots are asked for it. Left out: the XArray and its lock, SWAP_HAS_CACHE in swap_map,
 * hibernation.
 */
final class FreeSwap {
  static final Steps STEPS = new Steps("folio_free_swap");

  private static final Step TEST =
      STEPS.step("W31", "folio_free_swap", "load flags: PG_swapcache, no PG_writeback?");
  private static final Step SLOT = STEPS.step("W32", "folio_swapped", "load private: which slot?");
  private static final Step SWAPPED =
      STEPS.step("W33", "swap_swapcount", "load swap_map, under its lock: any entry?");
  private static final Step DELETE =
      STEPS.step(
          "W34", "delete_from_swap_cache", "the slot has no page; clear PG_swapcache, atomically");
  private static final Step PUT = STEPS.step("W35", "delete_from_swap_cache", "_refcount - 1");
  private static final Step DIRTY =
      STEPS.step("W36", "folio_free_swap", "set PG_dirty, atomically");

  private FreeSwap() {}

  static void folioFreeSwap(Cpu cpu, Memory memory, Page page) {
    if (!cpu.at(TEST).test_bit(PG_SWAPCACHE, page.flags())
        || cpu.test_bit(PG_WRITEBACK, page.flags())) {
      return;
    }
    SwapSlot slot = slotOf(cpu.at(SLOT), memory, page);
    cpu.at(SWAPPED).spin_lock(slot.lock());
    boolean swapped = cpu.read_plain_in_source(slot.swapMap()) != 0;
    cpu.spin_unlock(slot.lock());
    if (swapped) {
      return;
    }
    cpu.at(DELETE).WRITE_ONCE(slot.swapCache(), 0);
    cpu.clear_bit(PG_SWAPCACHE, page.flags());
    cpu.at(PUT).atomic_sub(1, page.refcount());
    cpu.at(DIRTY).set_bit(PG_DIRTY, page.flags());
  }

  private static SwapSlot slotOf(Cpu cpu, Memory memory, Page page) {
    for (SwapSlot slot : memory.objects(SwapSlot.class)) {
      if (cpu.read_plain_in_source(slot.swapCache()) == page.address()) {
        return slot;
      }
    }
    throw new IllegalStateException("no swap slot has " + page.name() + ", which has PG_swapcache");
  }
}
