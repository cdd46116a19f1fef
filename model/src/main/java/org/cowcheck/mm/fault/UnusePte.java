package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.mm.swap.SwapRead;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * swapoff() of one entry: unuse_pte_range() and unuse_pte() (mm/swapfile.c), S0 to S3.
 *
 * <p>As do_swap_page() it brings exclusivity back from the entry in S2 and S3; in S0 and S1 there
 * is none to bring back, and no count is looked at.
 *
 * <p>Left out: KSM's copy for a page of another anon_vma, errors of the device, shmem; waiting for
 * the page lock or for writeback, where it gives up here.
 */
public final class UnusePte {
  public static final Steps STEPS = new Steps("unuse_pte");

  private static final Step READ_PTE =
      STEPS.step("UP1", "unuse_pte_range", "load the PTE: an entry of this slot?");
  private static final Step LOCK_PAGE =
      STEPS.step("UP2", "unuse_pte_range", "lock the page; load flags: PG_writeback? then wait");
  private static final Step LOCK = STEPS.step("UP3", "unuse_pte", "take the PT lock");
  private static final Step SAME =
      STEPS.step("UP4", "pte_same_as_swp", "load the PTE: an entry of this slot still?");
  private static final Step UPTODATE =
      STEPS.step("UP5", "unuse_pte", "load flags: PG_uptodate? then smp_rmb");
  private static final Step BUG_ON =
      STEPS.step("UP6", "unuse_pte, S2 and S3", "BUG_ON: PG_anon_exclusive in the swap cache");
  private static final Step GET = STEPS.step("UP7", "unuse_pte", "_refcount + 1");
  private static final Step WRITEBACK =
      STEPS.step("UP8", "unuse_pte, S2 and S3", "VM_BUG_ON PG_writeback; load the PTE: exclusive?");
  private static final Step SET_PTE =
      STEPS.step("UP9", "unuse_pte", "store the PTE: present, read-only");
  private static final Step SWAP_FREE =
      STEPS.step("UP10", "swap_free", "swap_map - 1, under its lock");
  private static final Step UNLOCK = STEPS.step("UP11", "unuse_pte", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("UP12", "unuse_pte_range", "unlock the page: clear PG_locked");
  private static final Step PUT = STEPS.step("UP13", "unuse_pte_range", "drop the reference");

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;

  /**
   * swapoff() under a kernel.
   *
   * @param memory knows the pages that the swap cache names
   * @param free takes back a reference
   */
  public UnusePte(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
  }

  /**
   * Maps the page of a swap entry again.
   *
   * @param pages the free pages of this CPU
   * @return whether it did
   */
  public boolean unusePteRange(Cpu cpu, PageTable table, SwapSlot slot, FreeList pages) {
    if (!isOf(cpu.at(READ_PTE).read_plain_in_source(table.pte()), slot)) {
      return false;
    }
    SwapCache.Found found = SwapCache.lookup(cpu, memory, free, Ref.to(slot));
    Page page = found.page();
    if (found.seen() == SwapCache.Seen.NONE) {
      page = SwapRead.ahead(cpu, slot, free, pages);
    }
    if (page == null) {
      return false;
    }
    boolean mapped = false;
    if (!cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      if (!cpu.test_bit(PG_WRITEBACK, page.flags())) {
        mapped = unusePte(cpu, table, slot, page);
        SwapCache.freeSwap(cpu, page);
      }
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    free.putPage(cpu.at(PUT), page);
    return mapped;
  }

  private static boolean isOf(long pte, SwapSlot slot) {
    return Pte.isSwap(pte) && Pte.address(pte) == slot.address();
  }

  private boolean unusePte(Cpu cpu, PageTable table, SwapSlot slot, Page page) {
    cpu.at(LOCK).spin_lock(table.lock());
    boolean maps =
        cpu.at(SAME).recheck(() -> isOf(cpu.read_plain_in_source(table.pte()), slot))
            && cpu.at(UPTODATE).test_bit(PG_UPTODATE, page.flags());
    if (maps) {
      cpu.smp_rmb();
      map(cpu, table, page);
      slot.free(cpu.at(SWAP_FREE));
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return maps;
  }

  private void map(Cpu cpu, PageTable table, Page page) {
    KernelState state = kernel.state();
    boolean keepsExclusive = state == KernelState.S2 || state == KernelState.S3;
    if (keepsExclusive) {
      cpu.VM_BUG_ON(cpu.at(BUG_ON).test_bit(PageFlag.anonExclusive(kernel), page.flags()));
    }
    cpu.at(GET).atomic_inc(page.refcount());
    boolean exclusive = false;
    long wp = 0;
    if (keepsExclusive) {
      cpu.at(WRITEBACK);
      cpu.VM_BUG_ON(cpu.test_bit(PG_WRITEBACK, page.flags()));
      long entry = cpu.read_plain_in_source(table.pte());
      exclusive = Pte.swapExclusive(entry);
      wp = entry & Pte.UFFD_WP;
    }
    long pte = Pte.readOnly(page) | wp;
    if (state == KernelState.S0) {
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
      AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, false);
    } else {
      AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, exclusive);
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    }
  }
}
