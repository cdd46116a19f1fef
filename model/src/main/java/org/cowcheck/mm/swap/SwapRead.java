package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;

/**
 * Reads of swap slots: __read_swap_cache_async() (mm/swap_state.c), swap_readpage() (mm/page_io.c),
 * and the page that do_swap_page() (mm/memory.c) reads without the swap cache; S0 to S3.
 *
 * <p>A page is on the LRU at once, as if the batch that it goes to were full.
 *
 * <p>Left out: the LRU list itself, and its lock; readahead of other slots; errors of the device.
 */
public final class SwapRead {
  public static final Steps STEPS = new Steps("swap_readpage");

  private static final Step FRESH =
      STEPS.step("I2e", "do_swap_page", "a page of its own: set PG_locked, PG_swapbacked");
  private static final Step AHEAD =
      STEPS.step(
          "I2f",
          "__read_swap_cache_async",
          "a new page: set SWAP_HAS_CACHE, PG_locked, PG_swapbacked");
  private static final Step NOT_CACHED =
      STEPS.step("I2g", "__read_swap_cache_async", "somebody else reads it: drop the page");
  private static final Step READ_SLOT =
      STEPS.step("I2h", "swap_readpage", "copy from the slot; smp_wmb, set PG_uptodate");
  private static final Step DONE =
      STEPS.step("I2i", "swap_readpage", "unlock the page: clear PG_locked");
  private static final Step ADD_LRU =
      STEPS.step("I2j", "folio_add_lru", "the batch is full: set PG_lru");

  private SwapRead() {}

  /**
   * Reads a slot into a page that nobody else finds.
   *
   * @param pages the free pages of this CPU
   */
  public static Page fresh(Cpu cpu, SwapSlot slot, FreeList pages) {
    Page page = PageAlloc.allocPage(cpu, pages);
    cpu.at(FRESH).__set_bit(PG_LOCKED, page.flags());
    cpu.__set_bit(PG_SWAPBACKED, page.flags());
    cpu.at(ADD_LRU).set_bit(PG_LRU, page.flags());
    read(cpu, page, slot);
    return page;
  }

  /**
   * Reads a slot into a page of the swap cache: swapin_readahead().
   *
   * @param free takes back the page if it is not needed
   * @param pages the free pages of this CPU
   * @return null if somebody else reads the slot
   */
  public static Page ahead(Cpu cpu, SwapSlot slot, PageFree free, FreeList pages) {
    Page page = PageAlloc.allocPage(cpu, pages);
    if (!slot.prepareCache(cpu.at(AHEAD))) {
      free.putPage(cpu.at(NOT_CACHED), page);
      return null;
    }
    cpu.__set_bit(PG_LOCKED, page.flags());
    cpu.__set_bit(PG_SWAPBACKED, page.flags());
    SwapCache.add(cpu, page, slot);
    cpu.at(ADD_LRU).set_bit(PG_LRU, page.flags());
    read(cpu, page, slot);
    return page;
  }

  private static void read(Cpu cpu, Page page, SwapSlot slot) {
    slot.read(cpu.at(READ_SLOT), page);
    cpu.smp_wmb();
    cpu.set_bit(PG_UPTODATE, page.flags());
    cpu.at(DONE).clear_bit_unlock(PG_LOCKED, page.flags());
  }
}
