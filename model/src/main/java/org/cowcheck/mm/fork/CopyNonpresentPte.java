package org.cowcheck.mm.fork;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.migrate.RestoreExclusivePte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * copy_nonpresent_pte() (mm/memory.c), S0 to S3: what fork makes of an entry that is not present.
 *
 * <pre>
 * entry              parent's becomes                child's
 * swap               not exclusive (S2, S3)          the same
 * migration          readable                        the same
 * device private     readable; the page not          the same
 *                    exclusive (S1 to S3)
 * device exclusive   present, and is copied as such
 * hardware poison    stays                           the same
 * </pre>
 *
 * <p>It looks for pins nowhere: neither a swap nor a migration entry says whether its page is
 * pinned, and a device-private page cannot be.
 *
 * <p>Left out: the mmlist, soft-dirty bits, markers.
 */
public final class CopyNonpresentPte {
  public static final Steps STEPS = new Steps("copy_nonpresent_pte");

  private static final Step SWAP_DUPLICATE =
      STEPS.step("C16", "copy_nonpresent_pte", "swap_map + 1, under its lock");
  private static final Step DOWNGRADE =
      STEPS.step(
          "C17", "copy_nonpresent_pte, S2 and S3", "store the parent's swap entry: not exclusive");
  private static final Step DOWNGRADE_MIGRATION =
      STEPS.hunk("C30", "copy_nonpresent_pte", "store the parent's migration entry: readable");
  private static final Step GET_DEVICE =
      STEPS.step("C31", "copy_nonpresent_pte", "device-private: _refcount + 1");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "C32",
          "page_try_dup_anon_rmap, S2 and S3",
          "device-private: load flags: PG_anon_exclusive?");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.hunk(
          "C33",
          "page_try_dup_anon_rmap, S1 to S3",
          "device-private: clear PG_anon_exclusive, atomically");
  private static final Step DUP_RMAP =
      STEPS.step("C34", "page_dup_rmap", "device-private: _mapcount + 1");
  private static final Step DOWNGRADE_DEVICE =
      STEPS.step("C35", "copy_nonpresent_pte", "store the parent's device-private entry: readable");
  private static final Step TRYLOCK =
      STEPS.hunk(
          "C36", "try_restore_exclusive_pte", "device-exclusive: trylock the page, or -EBUSY");
  private static final Step UNLOCK =
      STEPS.step("C37", "try_restore_exclusive_pte", "unlock the page: clear PG_locked");
  private static final Step SET_CHILD =
      STEPS.step("C18", "copy_nonpresent_pte", "store the child's entry: the same");

  private final Kernel kernel;
  private final Memory memory;
  private final RestoreExclusivePte restore;

  CopyNonpresentPte(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.memory = memory;
    this.restore = new RestoreExclusivePte(kernel);
  }

  /**
   * Copies an entry that is not present; the caller holds both PT locks.
   *
   * @param slot what a swap entry names
   * @return whether the entry is present now, and is to be copied as such
   */
  boolean copy(Cpu cpu, PageTable table, long pte, SwapSlot slot, PageTable child) {
    if (Pte.isDeviceExclusive(pte) && kernel.has(TRYLOCK)) {
      return tryRestore(cpu, table, pte);
    }
    long copied = pte;
    if (Pte.isSwap(pte)) {
      copied = shareSwap(cpu, table, pte, slot);
    } else if (Pte.isMigration(pte)) {
      copied = shareMigration(cpu, table, pte);
    } else if (Pte.isDevicePrivate(pte)) {
      copied = shareDevicePrivate(cpu, table, pte);
    }
    cpu.at(SET_CHILD).WRITE_ONCE(child.pte(), copied);
    return false;
  }

  private long shareSwap(Cpu cpu, PageTable table, long pte, SwapSlot slot) {
    slot.duplicate(cpu.at(SWAP_DUPLICATE));
    long shared = pte & ~Pte.EXCLUSIVE;
    if (Pte.swapExclusive(pte)) {
      cpu.at(DOWNGRADE).WRITE_ONCE(table.pte(), shared);
    }
    return shared;
  }

  /** The new entry keeps no dirty bit. */
  private long shareMigration(Cpu cpu, PageTable table, long pte) {
    cpu.note(Fork.SHARED, Pte.address(pte));
    if (!Pte.isExclusiveMigration(pte) || !kernel.has(DOWNGRADE_MIGRATION)) {
      return pte;
    }
    long shared = pte & ~(Pte.WRITE | Pte.EXCLUSIVE | Pte.DIRTY);
    cpu.at(DOWNGRADE_MIGRATION).WRITE_ONCE(table.pte(), shared);
    return shared;
  }

  private long shareDevicePrivate(Cpu cpu, PageTable table, long pte) {
    Page page = Pte.page(memory, pte);
    cpu.at(GET_DEVICE).atomic_inc(page.refcount());
    if (kernel.state().hasAnonExclusive() && kernel.has(CLEAR_EXCLUSIVE)) {
      int exclusive = PageFlag.anonExclusive(kernel);
      // S1 clears the flag of a page that is not exclusive, too.
      if (kernel.state() == KernelState.S1 || cpu.at(EXCLUSIVE).test_bit(exclusive, page.flags())) {
        cpu.at(CLEAR_EXCLUSIVE).clear_bit(exclusive, page.flags());
      }
    }
    cpu.at(DUP_RMAP).atomic_inc(page.mapcount());
    long shared = pte & ~Pte.WRITE;
    if (Pte.writable(pte)) {
      cpu.at(DOWNGRADE_DEVICE).WRITE_ONCE(table.pte(), shared);
    }
    return shared;
  }

  /** try_restore_exclusive_pte(); if it fails, fork does. */
  private boolean tryRestore(Cpu cpu, PageTable table, long pte) {
    Page page = Pte.page(memory, pte);
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    restore.restoreExclusivePte(cpu, table, pte, page);
    cpu.at(UNLOCK).clear_bit_unlock(PG_LOCKED, page.flags());
    return true;
  }
}
