package org.cowcheck.mm.userfaultfd;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;

/**
 * UFFDIO_MOVE of one small page (mm/userfaultfd.c): move_pages_pte() and its like, of v6.8
 * (adef440691ba), with c50f8e6053b0 (v6.14) and 0ea148a79919 (v6.16) as hunks of their own. It is
 * the path of a later kernel, and runs on the states before it as if it had been posted then.
 *
 * <h2>Pins</h2>
 *
 * An exclusive page that is not pinned moves. GUP-fast may pin it meanwhile, so the count is looked
 * at again once the entry is cleared and flushed. There is no other barrier than the flush, which
 * is never deferred.
 *
 * <h2>Swap entries</h2>
 *
 * A page that is still in the swap cache has to move with its entry. It is looked up without a
 * lock, and that the entry has the same value says little: the slot may have been used for another
 * page meanwhile, and then for the first one again.
 *
 * <p>Left out: mmap_lock, held for reading; the lock of the anon_vma; index, which changes with
 * mapping; the zero page, huge pages, migration entries. Where the kernel waits or starts again it
 * gives up here.
 */
public final class UffdMove {
  /** The name of the note of a page that is at another address now; its value is its address. */
  public static final String MOVED = "moved by UFFDIO_MOVE";

  public static final Steps STEPS = new Steps("move_pages_pte");

  private static final Step READ_DST =
      STEPS.later("UM1", "move_pages_pte, v6.8", "under its PT lock: load the target PTE: none?");
  private static final Step READ_SRC =
      STEPS.step("UM2", "move_pages_pte, v6.8", "under its PT lock: load the source PTE");
  private static final Step GET =
      STEPS.step(
          "UM3",
          "move_pages_pte, v6.8",
          "under the source's PT lock: the same PTE, PG_anon_exclusive? _refcount + 1");
  private static final Step TRYLOCK =
      STEPS.step("UM4", "move_pages_pte, v6.8", "trylock the page: test and set PG_locked");
  private static final Step LOCK = STEPS.step("UM5", "double_pt_lock, v6.8", "take both PT locks");
  private static final Step SAME =
      STEPS.step("UM6", "move_present_pte, v6.8", "load both PTEs: still the same?");
  private static final Step MOVABLE =
      STEPS.step("UM7", "move_present_pte, v6.8", "load _refcount, flags: not pinned, exclusive?");
  private static final Step CLEAR_PTE =
      STEPS.step("UM8", "move_present_pte, v6.8", "clear the source PTE, flush the TLB");
  private static final Step PINNED =
      STEPS.step("UM9", "move_present_pte, v6.8", "load _refcount: pinned meanwhile?");
  private static final Step RESTORE =
      STEPS.step("UM10", "move_present_pte, v6.8", "pinned: store the source PTE as it was");
  private static final Step MAPPING =
      STEPS.step("UM11", "folio_move_anon_rmap, v6.8", "store mapping: the target's anon_vma");
  private static final Step SET_PTE =
      STEPS.step("UM12", "move_present_pte, v6.8", "store the target PTE: the page, writable");
  private static final Step UNLOCK =
      STEPS.step("UM13", "double_pt_unlock, v6.8", "drop both PT locks");
  private static final Step UNLOCK_PAGE =
      STEPS.step("UM14", "move_pages_pte, v6.8", "unlock the page: clear PG_locked");
  private static final Step PUT = STEPS.step("UM15", "move_pages_pte, v6.8", "drop the reference");
  private static final Step LOOKUP =
      STEPS.later("UM20", "move_pages_pte (c50f8e6053b0)", "swap entry: look up its page");
  private static final Step TRYLOCK_CACHED =
      STEPS.step("UM21", "move_pages_pte (c50f8e6053b0)", "trylock the page that was found");
  private static final Step STILL_CACHED =
      STEPS.later(
          "UM22", "move_swap_pte (0ea148a79919)", "load flags, slot: still this slot's page?");
  private static final Step SAME_SWAP =
      STEPS.step("UM23", "move_swap_pte, v6.8", "load both PTEs: still the same?");
  private static final Step MAPPING_CACHED =
      STEPS.step("UM24", "folio_move_anon_rmap (c50f8e6053b0)", "store mapping of the page found");
  private static final Step NOT_CACHED =
      STEPS.step(
          "UM25", "move_swap_pte (0ea148a79919)", "none was found: load swap_map: SWAP_HAS_CACHE?");
  private static final Step CLEAR_SWAP =
      STEPS.step("UM26", "move_swap_pte, v6.8", "clear the source PTE");
  private static final Step SET_SWAP =
      STEPS.step("UM27", "move_swap_pte, v6.8", "store the target PTE: the swap entry");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Moving pages under a kernel, which has an exclusive flag and UFFDIO_MOVE.
   *
   * @param memory knows the pages and slots that entries name
   * @param free takes back a reference
   */
  public UffdMove(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Whether a kernel has UFFDIO_MOVE. */
  public static boolean isIn(Kernel kernel) {
    return kernel.adds(READ_DST);
  }

  /**
   * Moves what the source maps to the target.
   *
   * @return whether it moved
   */
  public boolean movePagesPte(Cpu cpu, Mm mm, PageTable dst, PageTable src) {
    long target = readLocked(cpu.at(READ_DST), dst);
    if (!isIn(kernel) || target != 0) {
      return false;
    }
    long pte = readLocked(cpu.at(READ_SRC), src);
    if (Pte.present(pte)) {
      return movePresent(cpu, mm, dst, src, pte);
    }
    return Pte.isSwap(pte)
        && Pte.swapExclusive(pte)
        && moveSwap(cpu, dst, src, pte, memory.object(Pte.address(pte), SwapSlot.class));
  }

  private static long readLocked(Cpu cpu, PageTable table) {
    cpu.spin_lock(table.lock());
    long pte = cpu.read_plain_in_source(table.pte());
    cpu.spin_unlock(table.lock());
    return pte;
  }

  private boolean movePresent(Cpu cpu, Mm mm, PageTable dst, PageTable src, long pte) {
    Page page = Pte.page(memory, pte);
    cpu.at(GET).spin_lock(src.lock());
    boolean movable = cpu.recheck(src.pte(), pte) && isExclusive(cpu, page);
    if (movable) {
      cpu.atomic_inc(page.refcount());
    }
    cpu.spin_unlock(src.lock());
    if (!movable) {
      return false;
    }
    boolean moved = false;
    if (!cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      lockBoth(cpu, dst, src);
      moved = isSame(cpu.at(SAME), dst, src, pte) && movePresentPte(cpu, mm, dst, src, page);
      unlockBoth(cpu, dst, src);
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    free.putPage(cpu.at(PUT), page);
    return moved;
  }

  private boolean movePresentPte(Cpu cpu, Mm mm, PageTable dst, PageTable src, Page page) {
    if (ShareAnonRmap.pageMaybeDmaPinned(cpu.at(MOVABLE), page) || !isExclusive(cpu, page)) {
      return false;
    }
    long old = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), src);
    arch.flushTlb(cpu, mm);
    if (!cpu.at(PINNED).recheck(() -> !ShareAnonRmap.pageMaybeDmaPinned(cpu, page))) {
      cpu.at(RESTORE).WRITE_ONCE(src.pte(), old);
      return false;
    }
    cpu.at(MAPPING).WRITE_ONCE(page.mapping(), Page.OTHER_ANON_VMA);
    cpu.at(SET_PTE).WRITE_ONCE(dst.pte(), Pte.writable(page));
    cpu.note(MOVED, page.address());
    return true;
  }

  private boolean moveSwap(Cpu cpu, PageTable dst, PageTable src, long pte, SwapSlot slot) {
    Page page = null;
    if (kernel.adds(LOOKUP)) {
      SwapCache.Found found = SwapCache.lookup(cpu.at(LOOKUP), memory, free, Ref.to(slot));
      page = found.page();
      if (found.seen() == SwapCache.Seen.GOING || found.seen() == SwapCache.Seen.CHANGED) {
        return false;
      }
    }
    if (page == null) {
      return moveSwapPte(cpu, dst, src, pte, slot, null);
    }
    boolean moved = false;
    if (!cpu.at(TRYLOCK_CACHED).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      moved = moveSwapPte(cpu, dst, src, pte, slot, page);
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    free.putPage(cpu.at(PUT), page);
    return moved;
  }

  private boolean moveSwapPte(
      Cpu cpu, PageTable dst, PageTable src, long pte, SwapSlot slot, Page page) {
    boolean looksAgain = kernel.adds(STILL_CACHED);
    if (looksAgain && page != null && !SwapCache.has(cpu.at(STILL_CACHED), slot, page)) {
      return false;
    }
    lockBoth(cpu, dst, src);
    boolean moves = isSame(cpu.at(SAME_SWAP), dst, src, pte);
    if (moves && looksAgain && page == null) {
      moves = (cpu.at(NOT_CACHED).READ_ONCE(slot.swapMap()) & SwapSlot.HAS_CACHE) == 0;
    }
    if (moves) {
      if (page != null) {
        cpu.at(MAPPING_CACHED).WRITE_ONCE(page.mapping(), Page.OTHER_ANON_VMA);
      }
      long entry = arch.ptepGetAndClear(cpu.at(CLEAR_SWAP), src);
      cpu.at(SET_SWAP).WRITE_ONCE(dst.pte(), entry);
    }
    unlockBoth(cpu, dst, src);
    return moves;
  }

  private boolean isExclusive(Cpu cpu, Page page) {
    return cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags());
  }

  private static boolean isSame(Cpu cpu, PageTable dst, PageTable src, long pte) {
    return cpu.recheck(src.pte(), pte) && cpu.recheck(dst.pte(), 0);
  }

  /** Both PT locks, in the order of their addresses. */
  private static void lockBoth(Cpu cpu, PageTable dst, PageTable src) {
    boolean dstFirst = dst.lock().word().number() < src.lock().word().number();
    Spinlock second = dstFirst ? src.lock() : dst.lock();
    cpu.at(LOCK).spin_lock(dstFirst ? dst.lock() : src.lock());
    if (!dst.lock().equals(src.lock())) {
      cpu.spin_lock(second);
    }
  }

  private static void unlockBoth(Cpu cpu, PageTable dst, PageTable src) {
    cpu.at(UNLOCK).spin_unlock(dst.lock());
    if (!dst.lock().equals(src.lock())) {
      cpu.spin_unlock(src.lock());
    }
  }
}
