package org.cowcheck.mm.mmap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UNEVICTABLE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;

/**
 * madvise(MADV_FREE) of one small page: madvise_free_pte_range() (mm/madvise.c) and
 * lru_lazyfree_fn() (mm/swap.c), S0 to S3. The page becomes clean, and loses PG_swapbacked: reclaim
 * may discard it until it is written again.
 *
 * <p>Left out: mmap_lock, which is held for reading; swap entries, which go as {@link Zap} has them
 * go; the batch of this CPU, which is drained at once, without the lruvec lock; the accessed bit.
 */
public final class MadviseFree {
  public static final Steps STEPS = new Steps("madvise_free_pte_range");

  private static final Step LOCK = STEPS.step("MF10", "madvise_free_pte_range", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("MF11", "madvise_free_pte_range", "load the PTE: present?");
  private static final Step USED =
      STEPS.step("MF12", "madvise_free_pte_range", "load flags: PG_swapcache, PG_dirty?");
  private static final Step TRYLOCK =
      STEPS.step("MF13", "madvise_free_pte_range", "trylock the page; load _mapcount: once?");
  private static final Step CLEAR_DIRTY =
      STEPS.step("MF14", "madvise_free_pte_range", "clear PG_dirty, atomically");
  private static final Step UNLOCK_PAGE =
      STEPS.step("MF15", "madvise_free_pte_range", "unlock the page: clear PG_locked");
  private static final Step CLEAN_PTE =
      STEPS.step("MF16", "madvise_free_pte_range", "clear the PTE, store it again: clean");
  private static final Step LAZY =
      STEPS.step("MF17", "mark_page_lazyfree", "load flags: on the LRU, PG_swapbacked?");
  private static final Step CLEAR_SWAPBACKED =
      STEPS.step("MF18", "lru_lazyfree_fn", "clear PG_swapbacked, atomically");
  private static final Step UNLOCK =
      STEPS.step("MF19", "madvise_free_pte_range", "drop the PT lock");
  private static final Step FLUSH =
      STEPS.step("MF20", "tlb_finish_mmu", "the PTE was dirty: flush the TLB");

  private final Arch arch;
  private final Memory memory;

  /**
   * MADV_FREE under a kernel.
   *
   * @param memory knows the pages that entries name
   */
  public MadviseFree(Kernel kernel, Memory memory) {
    this.arch = new Arch(kernel);
    this.memory = memory;
  }

  /** Makes a page one that may be discarded. */
  public void madviseFreePteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    boolean flushes = false;
    if (Pte.present(pte)) {
      Page page = Pte.page(memory, pte);
      if (isClean(cpu, page)) {
        if (Pte.dirty(pte)) {
          long old = arch.ptepGetAndClear(cpu.at(CLEAN_PTE), table);
          cpu.WRITE_ONCE(table.pte(), old & ~Pte.DIRTY);
          flushes = true;
        }
        markLazyFree(cpu, page);
      }
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (flushes) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
  }

  /** Whether the page is neither in the swap cache nor dirty, after an attempt to make it so. */
  private static boolean isClean(Cpu cpu, Page page) {
    cpu.at(USED);
    if (!cpu.test_bit(PG_SWAPCACHE, page.flags()) && !cpu.test_bit(PG_DIRTY, page.flags())) {
      return true;
    }
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    boolean cleans =
        cpu.atomic_read(page.mapcount()) == 0
            && (!cpu.test_bit(PG_SWAPCACHE, page.flags()) || SwapCache.freeSwap(cpu, page));
    if (cleans) {
      cpu.at(CLEAR_DIRTY).clear_bit(PG_DIRTY, page.flags());
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return cleans;
  }

  private static void markLazyFree(Cpu cpu, Page page) {
    cpu.at(LAZY);
    if (cpu.test_bit(PG_LRU, page.flags())
        && cpu.test_bit(PG_SWAPBACKED, page.flags())
        && !cpu.test_bit(PG_SWAPCACHE, page.flags())
        && !cpu.test_bit(PG_UNEVICTABLE, page.flags())) {
      cpu.at(CLEAR_SWAPBACKED).clear_bit(PG_SWAPBACKED, page.flags());
    }
  }
}
