package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;

/**
 * The swap cache of one slot (mm/swap_state.c): lookup, add and delete, and folio_free_swap()
 * (mm/swapfile.c; try_to_free_swap() until v5.19), S0 to S3.
 *
 * <p>Whoever adds or deletes holds the page lock. A lookup takes no lock: what it finds may be in
 * the cache of another slot, or in none, before the caller has locked the page.
 *
 * <p>Left out: shadow entries, readahead statistics, memory cgroups; and that a lookup starts again
 * by itself.
 */
public final class SwapCache {
  public static final Steps STEPS = new Steps("swap cache");

  private static final Step LOOKUP =
      STEPS.step("I2", "lookup_swap_cache", "load the slot's page, _refcount + 1 unless 0");
  private static final Step RELOAD =
      STEPS.step("I2a", "mapping_get_entry", "load the slot's page: still the same?");
  private static final Step LOOKUP_PUT =
      STEPS.step("I2b", "mapping_get_entry", "another page by now: drop the reference");
  private static final Step ADD_REF =
      STEPS.step("U3", "add_to_swap_cache", "_refcount + 1 for the swap cache");
  private static final Step ADD_FLAG =
      STEPS.step(
          "U4", "add_to_swap_cache", "set PG_swapcache; under i_pages.lock: private, slot's page");
  private static final Step IS_CACHED =
      STEPS.step("RM5", "folio_free_swap", "load flags: PG_swapcache, PG_writeback?");
  private static final Step SWAPPED =
      STEPS.step(
          "RM6", "folio_swapped", "load private: which slot? swap_map under its lock: any entry?");
  private static final Step DELETE =
      STEPS.step(
          "RM7", "delete_from_swap_cache", "i_pages.lock: slot's page, private, PG_swapcache");
  private static final Step PUT_SLOT =
      STEPS.step("RM8", "put_swap_folio", "clear SWAP_HAS_CACHE, under the lock of swap_map");
  private static final Step DROP =
      STEPS.step("RM9", "delete_from_swap_cache", "_refcount - 1; set PG_dirty");

  private SwapCache() {}

  /** What a lookup meets. */
  public enum Seen {
    /** The slot has no page. */
    NONE,
    /** A page, which has one reference more. */
    PAGE,
    /** A page that is going away: the kernel looks until that is gone. */
    GOING,
    /** A page that was another slot's, or none's, by then: the kernel looks again. */
    CHANGED
  }

  /**
   * What a lookup found.
   *
   * @param page null if that is no PAGE
   */
  public record Found(Seen seen, Page page) {}

  /**
   * swap_cache_get_folio(), lookup_swap_cache().
   *
   * @param slot with the read of the entry that names it, on which the lookup depends
   */
  public static Found lookup(Cpu cpu, Memory memory, PageFree free, Ref<SwapSlot> slot) {
    long address = cpu.at(LOOKUP).READ_ONCE(slot.at(SwapSlot::swapCache));
    if (address == 0) {
      return new Found(Seen.NONE, null);
    }
    Ref<Page> page = new Ref<>(memory.object(address, Page.class), cpu.lastRead());
    if (!cpu.atomic_add_unless(page.at(Page::refcount), 1, 0)) {
      return new Found(Seen.GOING, null);
    }
    if (!cpu.at(RELOAD).recheck(() -> cpu.READ_ONCE(slot.at(SwapSlot::swapCache)) == address)) {
      free.putPage(cpu.at(LOOKUP_PUT), page.target());
      return new Found(Seen.CHANGED, null);
    }
    return new Found(Seen.PAGE, page.target());
  }

  /** add_to_swap_cache(). */
  public static void add(Cpu cpu, Page page, SwapSlot slot) {
    cpu.at(ADD_REF).atomic_add(1, page.refcount());
    cpu.at(ADD_FLAG).set_bit(PG_SWAPCACHE, page.flags());
    cpu.spin_lock(slot.cacheLock());
    cpu.write_plain_in_source(page.privateData(), slot.address());
    cpu.rcu_assign_pointer(slot.swapCache(), page.address());
    cpu.spin_unlock(slot.cacheLock());
  }

  /** Whether a page that the caller has locked is the swap cache's page of the slot. */
  public static boolean has(Cpu cpu, SwapSlot slot, Page page) {
    return cpu.test_bit(PG_SWAPCACHE, page.flags())
        && cpu.read_plain_in_source(page.privateData()) == slot.address();
  }

  /** __delete_from_swap_cache(). The caller labels the step and holds i_pages.lock. */
  static void deleteLocked(Cpu cpu, Page page, SwapSlot slot) {
    cpu.rcu_assign_pointer(slot.swapCache(), 0);
    cpu.write_plain_in_source(page.privateData(), 0);
    cpu.clear_bit(PG_SWAPCACHE, page.flags());
  }

  /** put_swap_folio(): the swap cache needs the slot no more. */
  static void putSlot(Cpu cpu, SwapSlot slot) {
    slot.clearCache(cpu.at(PUT_SLOT));
  }

  /** folio_free_swap(): whether the page left the swap cache, because no entry needs it there. */
  public static boolean freeSwap(Cpu cpu, Page page) {
    cpu.at(IS_CACHED);
    if (!cpu.test_bit(PG_SWAPCACHE, page.flags()) || cpu.test_bit(PG_WRITEBACK, page.flags())) {
      return false;
    }
    long named = cpu.at(SWAPPED).read_plain_in_source(page.privateData());
    if (named == 0) {
      // Of no slot: not swapped, and __delete_from_swap_cache() finds no PG_swapcache.
      cpu.VM_BUG_ON(true);
      return false;
    }
    SwapSlot slot = page.slot(named);
    if (slot.lockedCount(cpu) != 0) {
      return false;
    }
    delete(cpu, page, slot);
    return true;
  }

  /** delete_from_swap_cache(), and the page becomes dirty: the slot no longer has its contents. */
  public static void delete(Cpu cpu, Page page, SwapSlot slot) {
    cpu.at(DELETE).spin_lock(slot.cacheLock());
    deleteLocked(cpu, page, slot);
    cpu.spin_unlock(slot.cacheLock());
    putSlot(cpu, slot);
    cpu.at(DROP).atomic_sub(1, page.refcount());
    cpu.set_bit(PG_DIRTY, page.flags());
  }
}
