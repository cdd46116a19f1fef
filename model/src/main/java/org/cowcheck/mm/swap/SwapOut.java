package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * Reclaiming a small anonymous page: shrink_page_list() (mm/vmscan.c) and try_to_unmap_one()
 * (mm/rmap.c), S0 to S3.
 *
 * <h2>The swap entry</h2>
 *
 * S1 forgets that the page was exclusive; S2 and S3 keep it in the entry (1493a1913e34).
 *
 * <h2>The flush</h2>
 *
 * It may be deferred ({@link Arch#defersFlush}), in S1 and S2 not if the page is exclusive: that it
 * is then, too, came with 088b8aa537c2, which relies on the barriers of page_try_share_anon_rmap()
 * alone. Where it may be deferred it is, until the page is written or freed.
 *
 * <p>Pages of MADV_FREE are the matter of {@link LazyFree}, writing of {@link Pageout}, freeing of
 * {@link RemoveMapping}.
 *
 * <p>Left out: whether the page was referenced; demotion; mlock; the mmlist; that reclaim of a page
 * that is poisoned leaves a poison entry, until 6da6b1d4a7df (v6.3).
 */
public final class SwapOut {
  public static final Steps STEPS = new Steps("try_to_unmap_one");

  private static final Step ISOLATE =
      STEPS.step("U0", "isolate_lru_pages", "_refcount + 1 unless 0, clear PG_lru");
  private static final Step TRYLOCK =
      STEPS.step("U1", "shrink_page_list", "trylock the page: test and set PG_locked");
  private static final Step KIND =
      STEPS.step(
          "U1a", "shrink_page_list", "load flags: PG_writeback, PG_swapbacked, PG_swapcache?");
  private static final Step PINNED =
      STEPS.hunk("U2", "shrink_page_list", "page_maybe_dma_pinned? then keep it (feb889fb40fa)");
  private static final Step ALLOC =
      STEPS.step("U2a", "get_swap_page", "take a free slot: set SWAP_HAS_CACHE under its lock");
  private static final Step MARK_DIRTY =
      STEPS.step("U5", "add_to_swap", "test PG_dirty, and set it");
  private static final Step MAPPED =
      STEPS.step("U5a", "shrink_page_list", "load _mapcount: mapped?");
  private static final Step LOCK = STEPS.step("U6", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("U7", "page_vma_mapped_walk", "load the PTE: the page?");
  private static final Step EXCLUSIVE =
      STEPS.step("U8", "try_to_unmap_one, S1 to S3", "load flags: PG_anon_exclusive?");
  private static final Step DEFER =
      STEPS.hunk(
          "U8a",
          "try_to_unmap_one, S3",
          "the flush of an exclusive page may be deferred, too (088b8aa537c2)");
  private static final Step CLEAR_PTE = STEPS.step("U9", "try_to_unmap_one", "clear the PTE (A1)");
  private static final Step FLUSH =
      STEPS.step("U10", "try_to_unmap_one", "flush the TLB, or remember to");
  private static final Step DIRTY =
      STEPS.step("U11", "try_to_unmap_one", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step IS_LAZY =
      STEPS.step("U11a", "try_to_unmap_one", "load flags: PG_swapbacked? else MADV_FREE");
  private static final Step DUPLICATE =
      STEPS.step("U12", "swap_duplicate", "swap_map + 1, under its lock");
  private static final Step GIVE_BACK =
      STEPS.step("U13", "swap_free", "pinned: swap_map - 1, under its lock");
  private static final Step RESTORE =
      STEPS.step("U14", "try_to_unmap_one", "pinned: store the PTE as it was");
  private static final Step SET_PTE =
      STEPS.step("U15", "try_to_unmap_one", "store the swap entry (A4)");
  private static final Step REMOVE_RMAP = STEPS.step("U16", "page_remove_rmap", "_mapcount - 1");
  private static final Step PUT = STEPS.step("U17", "try_to_unmap_one", "drop the reference");
  private static final Step UNLOCK = STEPS.step("U18", "try_to_unmap_one", "drop the PT lock");
  private static final Step LATE_FLUSH =
      STEPS.step("U19", "try_to_unmap_flush", "the flush that was deferred");
  private static final Step PINNED_AGAIN =
      STEPS.step("U19a", "shrink_folio_list, S3", "unmapped: folio_maybe_dma_pinned? then keep it");
  private static final Step UNLOCK_PAGE =
      STEPS.step("U20", "shrink_page_list", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final Arch arch;
  private final PageFree free;
  private final LazyFree lazyFree;
  private final RemoveMapping removeMapping;

  /**
   * Reclaim under a kernel.
   *
   * @param free takes back references, and pages
   */
  public SwapOut(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.free = free;
    this.lazyFree = new LazyFree(kernel);
    this.removeMapping = new RemoveMapping();
  }

  /** What try_to_unmap() left: whether it unmapped the page, and a flush that is still to come. */
  private record Unmapped(boolean done, boolean flushes) {}

  /** isolate_lru_pages(): takes the page off its list; false if it is being freed. */
  public boolean isolate(Cpu cpu, Page page) {
    if (!cpu.at(ISOLATE).atomic_add_unless(page.refcount(), 1, 0)) {
      return false;
    }
    cpu.test_and_clear_bit(PG_LRU, page.flags());
    return true;
  }

  /**
   * Unmaps a page that is isolated from the LRU, and keeps it in the swap cache.
   *
   * @return whether its entry is a swap entry now, or none if it is a page of MADV_FREE
   */
  public boolean shrinkPage(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    if (!prepare(cpu, page, slot)) {
      return false;
    }
    boolean done = unmapAndFlush(cpu, mm, table, page, slot);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return done;
  }

  /** try_to_unmap() and try_to_unmap_flush(); whether the entry is a swap entry now. */
  public boolean unmapAndFlush(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    Unmapped unmapped = tryToUnmap(cpu, mm, table, page, slot);
    flush(cpu, mm, unmapped);
    return unmapped.done();
  }

  /**
   * shrink_page_list() of a page that is isolated from the LRU: unmaps it, writes it to its slot
   * and frees it.
   *
   * @return whether the page is gone, to the free list unless it is poisoned; else the caller has
   *     its reference still
   */
  public boolean shrinkPageList(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    if (!prepare(cpu, page, slot)) {
      return false;
    }
    boolean isMapped = cpu.at(MAPPED).atomic_read(page.mapcount()) >= 0;
    Unmapped unmapped =
        isMapped ? tryToUnmap(cpu, mm, table, page, slot) : new Unmapped(true, false);
    boolean removes = unmapped.done() && !isPinnedAgain(cpu, page);
    if (!removes) {
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
      flush(cpu, mm, unmapped);
      return false;
    }
    boolean isDirty = Pageout.isDirty(cpu, page);
    if (isDirty) {
      // try_to_unmap_flush_dirty()
      flush(cpu, mm, unmapped);
      if (!Pageout.pageout(cpu, page, slot)) {
        return false;
      }
    }
    boolean hasMapping = !isDirty || Pageout.hasMapping(cpu, page);
    boolean removed = removeMapping.remove(cpu, page, slot, hasMapping);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    if (!isDirty) {
      flush(cpu, mm, unmapped);
    }
    if (removed) {
      free.freeUnrefPage(cpu, page);
    }
    return removed;
  }

  private boolean isPinnedAgain(Cpu cpu, Page page) {
    return kernel.state() == KernelState.S3
        && ShareAnonRmap.pageMaybeDmaPinned(cpu.at(PINNED_AGAIN), page);
  }

  private void flush(Cpu cpu, Mm mm, Unmapped unmapped) {
    if (unmapped.flushes()) {
      arch.flushTlb(cpu.at(LATE_FLUSH), mm);
    }
  }

  /** What shrink_page_list() does before the unmap; whether the page is locked and has a slot. */
  private boolean prepare(Cpu cpu, Page page, SwapSlot slot) {
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    boolean keeps = cpu.at(KIND).test_bit(PG_WRITEBACK, page.flags());
    if (!keeps
        && cpu.test_bit(PG_SWAPBACKED, page.flags())
        && !cpu.test_bit(PG_SWAPCACHE, page.flags())) {
      keeps = !addToSwap(cpu, page, slot);
    }
    if (keeps) {
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    return !keeps;
  }

  private boolean addToSwap(Cpu cpu, Page page, SwapSlot slot) {
    if (kernel.has(PINNED) && ShareAnonRmap.pageMaybeDmaPinned(cpu.at(PINNED), page)) {
      return false;
    }
    if (!slot.alloc(cpu.at(ALLOC))) {
      return false;
    }
    SwapCache.add(cpu, page, slot);
    markDirty(cpu.at(MARK_DIRTY), page);
    return true;
  }

  /** folio_mark_dirty() of a page in the swap cache. */
  private static void markDirty(Cpu cpu, Page page) {
    if (!cpu.test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
  }

  /** try_to_unmap_one() of an entry, if it maps the page; whether it is a swap entry now. */
  private Unmapped tryToUnmap(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    cpu.at(LOCK).spin_lock(table.lock());
    long mapped = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(mapped) || Pte.address(mapped) != page.address()) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return new Unmapped(false, false);
    }
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel), page.flags());
    boolean defers = arch.defersFlush() && (!exclusive || kernel.has(DEFER));
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    if (defers) {
      arch.deferFlush(cpu.at(FLUSH), mm);
    } else {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    Page folio = Folio.of(cpu.at(DIRTY), page);
    if (Pte.dirty(pte)) {
      markDirty(cpu, folio);
    }
    boolean unmapped =
        cpu.at(IS_LAZY).test_bit(PG_SWAPBACKED, folio.flags())
            ? setSwapEntry(cpu, table, page, slot, pte, exclusive)
            : lazyFree.discard(cpu, table, page, pte);
    if (unmapped) {
      CompoundRmap.removePart(cpu.at(REMOVE_RMAP), page);
      free.putPage(cpu.at(PUT), page);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return new Unmapped(unmapped, defers);
  }

  private boolean setSwapEntry(
      Cpu cpu, PageTable table, Page page, SwapSlot slot, long pte, boolean exclusive) {
    slot.duplicate(cpu.at(DUPLICATE));
    if (exclusive && !ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page)) {
      slot.free(cpu.at(GIVE_BACK));
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
      return false;
    }
    boolean keeps = exclusive && kernel.state() != KernelState.S1;
    long entry = Pte.swap(slot) | (keeps ? Pte.EXCLUSIVE : 0) | (pte & Pte.UFFD_WP);
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), entry);
    return true;
  }
}
