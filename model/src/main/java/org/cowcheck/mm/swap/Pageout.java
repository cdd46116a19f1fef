package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;

/**
 * pageout() of a page in the swap cache (mm/vmscan.c), swap_writepage() (mm/page_io.c) and what the
 * device does, S0 to S3.
 *
 * <p>A device that needs stable pages reads the page twice: for the checksum, and to write it.
 *
 * <p>Left out: errors, and that a write that is not synchronous is done elsewhere: it is done here
 * before shrink_page_list() looks whether it is.
 */
public final class Pageout {
  public static final Steps STEPS = new Steps("pageout");

  /** The name of the note of a page that changed while it had to be stable; its address. */
  public static final String CHANGED = "changed under writeback";

  private static final Step IS_DIRTY =
      STEPS.step("RM1", "shrink_page_list", "load flags: PG_dirty? then write it");
  private static final Step FREEABLE =
      STEPS.step("RM2", "is_page_cache_freeable", "load _refcount: only swap cache and reclaim?");
  private static final Step HAS_MAPPING =
      STEPS.step("RM2a", "folio_mapping", "load flags: PG_swapcache? else there is no slot");
  private static final Step CLEAR_DIRTY =
      STEPS.step("RM3", "folio_clear_dirty_for_io", "test and clear PG_dirty");
  private static final Step UNLOCK_FREED =
      STEPS.step("RM4", "swap_writepage", "no entry left: unlock the page, nothing to write");
  private static final Step WRITEBACK =
      STEPS.step("RM10", "folio_start_writeback", "set PG_writeback");
  private static final Step SUBMIT =
      STEPS.step("RM11", "__swap_writepage", "not synchronous: unlock the page");
  private static final Step WRITE =
      STEPS.step("RM12", "the device", "copy the page to the slot (stable: after a checksum)");
  private static final Step END =
      STEPS.step("RM13", "folio_end_writeback", "test and clear PG_writeback");
  private static final Step DONE =
      STEPS.step("RM14", "bdev_write_page", "synchronous: unlock the page");
  private static final Step TRYLOCK =
      STEPS.step("RM15", "shrink_page_list", "load flags; trylock the page: test, set PG_locked");
  private static final Step STILL_CLEAN =
      STEPS.step("RM16", "shrink_page_list", "load flags: PG_dirty, PG_writeback? then keep it");
  private static final Step MAPPING_AGAIN =
      STEPS.step(
          "RM16a", "folio_mapping", "load flags: PG_swapcache still? else there is no mapping");
  private static final Step UNLOCK =
      STEPS.step("RM17", "shrink_page_list", "not to be freed: unlock the page");

  private Pageout() {}

  /** Whether shrink_page_list() is to write the page. */
  static boolean isDirty(Cpu cpu, Page page) {
    return cpu.at(IS_DIRTY).test_bit(PG_DIRTY, page.flags());
  }

  /** Writes a dirty page; whether it is clean and locked now. If not, it is not locked. */
  static boolean pageout(Cpu cpu, Page page, SwapSlot slot) {
    if (cpu.at(FREEABLE).atomic_read(page.refcount()) != 2
        || !cpu.at(HAS_MAPPING).test_bit(PG_SWAPCACHE, page.flags())
        || !cpu.at(CLEAR_DIRTY).test_and_clear_bit(PG_DIRTY, page.flags())) {
      cpu.at(UNLOCK).clear_bit_unlock(PG_LOCKED, page.flags());
      return false;
    }
    swapWritepage(cpu, page, slot);
    cpu.at(TRYLOCK);
    if (cpu.test_bit(PG_WRITEBACK, page.flags())
        || cpu.test_bit(PG_DIRTY, page.flags())
        || cpu.test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    cpu.at(STILL_CLEAN);
    if (cpu.test_bit(PG_DIRTY, page.flags()) || cpu.test_bit(PG_WRITEBACK, page.flags())) {
      cpu.at(UNLOCK).clear_bit_unlock(PG_LOCKED, page.flags());
      return false;
    }
    return true;
  }

  /** Whether the page is in the swap cache: it was not locked while it was written. */
  static boolean hasMapping(Cpu cpu, Page page) {
    return cpu.at(MAPPING_AGAIN).test_bit(PG_SWAPCACHE, page.flags());
  }

  /** swap_writepage(): unlocks the page. */
  private static void swapWritepage(Cpu cpu, Page page, SwapSlot slot) {
    if (SwapCache.freeSwap(cpu, page)) {
      cpu.at(UNLOCK_FREED).clear_bit_unlock(PG_LOCKED, page.flags());
      return;
    }
    boolean synchronous = slot.device().isSynchronous();
    cpu.at(WRITEBACK).test_and_set_bit(PG_WRITEBACK, page.flags());
    if (!synchronous) {
      cpu.at(SUBMIT).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    long written = slot.write(cpu.at(WRITE), page);
    if (slot.device().needsStableWrites() && written != cpu.READ_ONCE(page.contents())) {
      cpu.note(CHANGED, page.address());
    }
    cpu.at(END).test_and_clear_bit(PG_WRITEBACK, page.flags());
    if (synchronous) {
      cpu.at(DONE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
  }
}
