package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * Swapping out a small anonymous page: what shrink_page_list() (mm/vmscan.c) does up to the unmap,
 * and try_to_unmap_one() (mm/rmap.c), S0 to S3.
 *
 * <h2>The swap entry</h2>
 *
 * S1 forgets that the page was exclusive; S2 and S3 keep it in the entry (1493a1913e34).
 *
 * <h2>The flush</h2>
 *
 * S1 and S2 flush at once if the page is exclusive; S0 and S3 may defer it ({@link
 * Arch#defersFlush}), and then S3 relies on the barriers of page_try_share_anon_rmap() alone. Where
 * it may be deferred it is.
 *
 * <p>Left out: the isolation from the LRU, whose reference the caller holds; the XArray and its
 * lock in add_to_swap(); MADV_FREE pages; the mmlist; writeback, and freeing, which a pin stops
 * (__remove_mapping() freezes the exact reference count).
 */
public final class SwapOut {
  public static final Steps STEPS = new Steps("try_to_unmap_one");

  private static final Step TRYLOCK =
      STEPS.step("U1", "shrink_page_list", "trylock the page: test and set PG_locked");
  private static final Step PINNED =
      STEPS.step("U2", "shrink_page_list", "page_maybe_dma_pinned? then keep it (feb889fb40fa)");
  private static final Step ADD_REF =
      STEPS.step("U3", "add_to_swap_cache", "_refcount + 1 for the swap cache");
  private static final Step ADD_FLAG =
      STEPS.step("U4", "add_to_swap_cache", "set PG_swapcache; the slot's page");
  private static final Step MARK_DIRTY =
      STEPS.step("U5", "add_to_swap", "test PG_dirty, and set it");
  private static final Step LOCK = STEPS.step("U6", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("U7", "page_vma_mapped_walk", "load the PTE: the page?");
  private static final Step EXCLUSIVE =
      STEPS.step("U8", "try_to_unmap_one, S1 to S3", "load flags: PG_anon_exclusive?");
  private static final Step CLEAR_PTE = STEPS.step("U9", "try_to_unmap_one", "clear the PTE (A1)");
  private static final Step FLUSH =
      STEPS.step("U10", "try_to_unmap_one", "flush the TLB, or remember to");
  private static final Step DIRTY =
      STEPS.step("U11", "try_to_unmap_one", "the PTE was dirty: test PG_dirty, and set it");
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
  private static final Step UNLOCK_PAGE =
      STEPS.step("U20", "shrink_page_list", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final Arch arch;
  private final PageFree free;

  public SwapOut(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.free = free;
  }

  /** Swaps out a page that is isolated from the LRU; whether its entry is a swap entry now. */
  public boolean shrinkPage(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    boolean unmapped = false;
    if (!ShareAnonRmap.pageMaybeDmaPinned(cpu.at(PINNED), page)) {
      addToSwap(cpu, page, slot);
      unmapped = tryToUnmap(cpu, mm, table, page, slot);
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return unmapped;
  }

  private static void addToSwap(Cpu cpu, Page page, SwapSlot slot) {
    cpu.at(ADD_REF).atomic_add(1, page.refcount());
    cpu.at(ADD_FLAG).set_bit(PG_SWAPCACHE, page.flags());
    cpu.WRITE_ONCE(slot.swapCache(), page.address());
    markDirty(cpu.at(MARK_DIRTY), page);
  }

  /** folio_mark_dirty() of a page in the swap cache. */
  private static void markDirty(Cpu cpu, Page page) {
    if (!cpu.test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
  }

  /** try_to_unmap_one() of an entry, if it maps the page; whether it is a swap entry now. */
  boolean tryToUnmap(Cpu cpu, Mm mm, PageTable table, Page page, SwapSlot slot) {
    cpu.at(LOCK).spin_lock(table.lock());
    long mapped = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(mapped) || Pte.address(mapped) != page.address()) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return false;
    }
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel.state()), page.flags());
    boolean defers = arch.defersFlush(exclusive);
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    if (defers) {
      arch.deferFlush(cpu.at(FLUSH), mm);
    } else {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    if (Pte.dirty(pte)) {
      markDirty(cpu.at(DIRTY), page);
    }
    slot.duplicate(cpu.at(DUPLICATE));
    boolean unmapped = !exclusive || ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page);
    if (unmapped) {
      boolean keeps = exclusive && kernel.state() != KernelState.S1;
      long entry = Pte.swap(slot) | (keeps ? Pte.EXCLUSIVE : 0);
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), entry);
      CompoundRmap.removePart(cpu.at(REMOVE_RMAP), page);
      free.putPage(cpu.at(PUT), page);
    } else {
      slot.free(cpu.at(GIVE_BACK));
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (defers) {
      arch.flushTlb(cpu.at(LATE_FLUSH), mm);
    }
    return unmapped;
  }
}
