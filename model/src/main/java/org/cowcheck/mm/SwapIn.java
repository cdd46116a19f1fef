package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * do_swap_page() for a read fault on a page that is still in the swap cache (mm/memory.c), and
 * page_add_anon_rmap() of a small page (mm/rmap.c), S0 to S3.
 *
 * <p>S2 and S3 bring exclusivity back from the entry; S1 asks the reference count, with which any
 * reference beside its own makes the page shared; S0 remembers nothing.
 *
 * <p>Left out: mmap_lock; reading from the device; swap space without concurrent writes
 * (SWP_STABLE_WRITES); freeing the slot, which a read fault does not.
 */
public final class SwapIn {
  public static final Steps STEPS = new Steps("do_swap_page");

  private static final Step READ_ENTRY =
      STEPS.step("I1", "handle_pte_fault", "load the PTE: a swap entry?");
  private static final Step LOOKUP =
      STEPS.step("I2", "lookup_swap_cache", "load the slot's page, _refcount + 1 unless 0");
  private static final Step LOCK_PAGE =
      STEPS.step("I3", "lock_page_or_retry", "lock the page: test and set PG_locked");
  private static final Step LOCK = STEPS.step("I4", "do_swap_page", "take the PT lock");
  private static final Step SAME =
      STEPS.step("I5", "do_swap_page", "load the PTE: still the same?");
  private static final Step UPTODATE =
      STEPS.step("I6", "do_swap_page", "load flags: PG_uptodate? then smp_rmb");
  private static final Step BUG_ON =
      STEPS.step("I7", "do_swap_page, S2 and S3", "BUG_ON: PG_anon_exclusive in the swap cache");
  private static final Step SWAP_FREE =
      STEPS.step("I8", "swap_free", "swap_map - 1, under its lock");
  private static final Step COUNT =
      STEPS.step("I9", "do_swap_page, S1 to S3", "load _refcount: nobody else?");
  private static final Step ADD_RMAP =
      STEPS.step("I10", "page_add_anon_rmap", "_mapcount + 1: the first mapping?");
  private static final Step EXCLUSIVE =
      STEPS.step("I11", "__page_set_anon_rmap, S1 to S3", "set PG_anon_exclusive, atomically");
  private static final Step SET_PTE =
      STEPS.step("I12", "do_swap_page", "store the PTE: present, read-only");
  private static final Step UNLOCK_PAGE =
      STEPS.step("I13", "do_swap_page", "unlock the page: clear PG_locked");
  private static final Step UNLOCK = STEPS.step("I14", "do_swap_page", "drop the PT lock");
  private static final Step PUT =
      STEPS.step("I15", "do_swap_page", "somebody was faster: drop the reference");

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;

  /**
   * Swapping in under a kernel.
   *
   * @param memory knows the pages that the swap cache names
   * @param free takes back a reference
   */
  public SwapIn(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
  }

  /** Handles a read fault; whether it mapped the page. */
  public boolean doSwapPage(Cpu cpu, PageTable table, SwapSlot slot) {
    long entry = cpu.at(READ_ENTRY).read_plain_in_source(table.pte());
    if (!Pte.isSwap(entry)) {
      return false;
    }
    Page page = lookup(cpu, slot);
    if (page == null) {
      return false;
    }
    if (cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT), page);
      return false;
    }
    cpu.at(LOCK).spin_lock(table.lock());
    boolean mapped =
        cpu.at(SAME).recheck(table.pte(), entry)
            && cpu.at(UPTODATE).test_bit(PG_UPTODATE, page.flags());
    if (!mapped) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
      free.putPage(cpu.at(PUT), page);
      return false;
    }
    cpu.smp_rmb();
    map(cpu, table, slot, page, entry);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return true;
  }

  private Page lookup(Cpu cpu, SwapSlot slot) {
    long address = cpu.at(LOOKUP).READ_ONCE(slot.swapCache());
    if (address == 0) {
      return null;
    }
    Ref<Page> page = new Ref<>(memory.object(address, Page.class), cpu.lastRead());
    return cpu.atomic_add_unless(page.at(Page::refcount), 1, 0) ? page.target() : null;
  }

  private void map(Cpu cpu, PageTable table, SwapSlot slot, Page page, long entry) {
    KernelState state = kernel.state();
    if (state == KernelState.S2 || state == KernelState.S3) {
      cpu.VM_BUG_ON(cpu.at(BUG_ON).test_bit(PageFlag.anonExclusive(state), page.flags()));
    }
    slot.free(cpu.at(SWAP_FREE));
    boolean exclusive =
        state.hasAnonExclusive()
            && (Pte.swapExclusive(entry) || cpu.at(COUNT).atomic_read(page.refcount()) == 1);
    boolean first = cpu.at(ADD_RMAP).atomic_inc_and_test(page.mapcount());
    cpu.VM_BUG_ON(!first && exclusive);
    if (first && exclusive) {
      cpu.at(EXCLUSIVE).set_bit(PageFlag.anonExclusive(state), page.flags());
    }
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.readOnly(page));
  }
}
