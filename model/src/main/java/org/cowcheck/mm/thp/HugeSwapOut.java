package org.cowcheck.mm.thp;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.Kernel;

/**
 * Swapping out an anonymous huge page that a PMD entry maps: what shrink_page_list() (mm/vmscan.c)
 * does up to the unmap, with add_to_swap(), and try_to_unmap() with TTU_SPLIT_HUGE_PMD, S0 to S3.
 * The PMD entry is split without freeze; each part gets a slot and a swap entry of its own.
 *
 * <p>A huge page that only PTEs map is split into small pages first ({@link SplitHugePage}), each
 * of which is swapped out for itself ({@link SwapOut}).
 *
 * <p>Left out: as in {@link SwapOut}; that slots are given back if a further one is missing; that
 * one section of the PT lock covers all parts, which take it one by one here.
 */
public final class HugeSwapOut {
  public static final Steps STEPS = new Steps("shrink_page_list of a huge page");

  private static final Step TRYLOCK =
      STEPS.step("UH20", "shrink_page_list", "trylock the page: test and set PG_locked");
  private static final Step PINNED =
      STEPS.step("UH21", "shrink_page_list", "page_maybe_dma_pinned? then keep it");
  private static final Step ENTIRE =
      STEPS.step("UH22", "shrink_page_list", "load compound_mapcount: mapped by a PMD entry?");
  private static final Step GET_SLOTS =
      STEPS.step("UH22a", "get_swap_pages", "a slot for each part: free? then set SWAP_HAS_CACHE");
  private static final Step ADD_REFS =
      STEPS.step("UH23", "add_to_swap_cache", "_refcount + 1 for each part");
  private static final Step ADD_FLAG =
      STEPS.step("UH24", "add_to_swap_cache", "set PG_swapcache; the part of each slot");
  private static final Step DIRTY = STEPS.step("UH25", "add_to_swap", "set PG_dirty, atomically");
  private static final Step UNLOCK_PAGE =
      STEPS.step("UH26", "shrink_page_list", "unlock the page: clear PG_locked");

  private final SplitHugePmd split;
  private final SwapOut swapOut;

  /**
   * Reclaim under a kernel.
   *
   * @param split splits PMD entries
   * @param free takes back references
   */
  public HugeSwapOut(Kernel kernel, SplitHugePmd split, PageFree free) {
    this.split = split;
    this.swapOut = new SwapOut(kernel, free);
  }

  /**
   * Swaps out a huge page that is isolated from the LRU.
   *
   * @param slots one for each part
   * @return whether each of its entries is a swap entry now
   */
  public boolean shrinkPage(
      Cpu cpu, Mm mm, PageTable table, PageBlock block, ImmutableList<SwapSlot> slots) {
    Page head = block.head();
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      return false;
    }
    boolean unmapped = false;
    if (!ShareAnonRmap.pageMaybeDmaPinned(cpu.at(PINNED), head)
        && cpu.at(ENTIRE).atomic_read(block.compoundMapcount()) >= 0
        && getSlots(cpu.at(GET_SLOTS), slots)) {
      addToSwap(cpu, block, slots);
      split.splitFolio(cpu, mm, table, head);
      unmapped = true;
      for (int i = 0; i < block.size() && unmapped; i++) {
        Page part = block.pages().get(i);
        unmapped = swapOut.unmapAndFlush(cpu, mm, table.at(i), part, slots.get(i));
      }
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
    return unmapped;
  }

  private static boolean getSlots(Cpu cpu, ImmutableList<SwapSlot> slots) {
    for (SwapSlot slot : slots) {
      if (!slot.alloc(cpu)) {
        return false;
      }
    }
    return true;
  }

  private static void addToSwap(Cpu cpu, PageBlock block, ImmutableList<SwapSlot> slots) {
    Page head = block.head();
    cpu.at(ADD_REFS).atomic_add(block.size(), head.refcount());
    cpu.at(ADD_FLAG).set_bit(PG_SWAPCACHE, head.flags());
    for (int i = 0; i < block.size(); i++) {
      cpu.WRITE_ONCE(slots.get(i).swapCache(), block.pages().get(i).address());
    }
    if (!cpu.at(DIRTY).test_bit(PG_DIRTY, head.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, head.flags());
    }
  }
}
