package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * write_protect_page() and the page lock around it in try_to_merge_one_page() (mm/ksm.c), S0 to S3.
 *
 * <p>The exact reference count (M8) makes it fail for any extra reference, also for the first step
 * of a pin; page_maybe_dma_pinned() sees the second.
 *
 * <p>Left out: finding the mapping, MMU notifiers, PROT_NONE entries, a pending flush of another
 * CPU, and what becomes of the page afterwards: success means that it may be merged.
 */
public final class Ksm {
  public static final Steps STEPS = new Steps("write_protect_page");

  /** The name of the note of a page that may be merged; its value is its address. */
  public static final String MERGEABLE = "mergeable";

  private static final Step TRYLOCK =
      STEPS.step("M1", "try_to_merge_one_page", "trylock the page: test and set PG_locked");
  private static final Step LOCK = STEPS.step("M2", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("M3", "write_protect_page", "load the PTE: writable or dirty?");
  private static final Step EXCLUSIVE =
      STEPS.step("M4", "write_protect_page, S1 to S3", "load flags: PG_anon_exclusive?");
  private static final Step SWAPCACHE =
      STEPS.step("M5", "write_protect_page", "load flags: PG_swapcache?");
  private static final Step CLEAR_PTE = STEPS.step("M6", "ptep_clear_flush", "clear the PTE (A1)");
  private static final Step FLUSH = STEPS.step("M7", "ptep_clear_flush", "flush the TLB");
  private static final Step COUNTS =
      STEPS.step("M8", "write_protect_page", "load _mapcount and _refcount: any other reference?");
  private static final Step RESTORE =
      STEPS.step("M9", "write_protect_page", "store the PTE as it was");
  private static final Step DIRTY =
      STEPS.step("M10", "set_page_dirty", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step SET_PTE =
      STEPS.step("M11", "write_protect_page", "store the PTE: read-only, clean (A4)");
  private static final Step UNLOCK = STEPS.step("M12", "write_protect_page", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("M13", "try_to_merge_one_page", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final Arch arch;

  public Ksm(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  /** Write-protects a page that is mapped by an entry; whether it may be merged now. */
  public boolean writeProtectPage(Cpu cpu, Mm mm, PageTable table, Page page) {
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    cpu.at(LOCK).spin_lock(table.lock());
    boolean protectedNow = writeProtectLocked(cpu, mm, table, page);
    if (protectedNow) {
      cpu.note(MERGEABLE, page.address());
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return protectedNow;
  }

  private boolean writeProtectLocked(Cpu cpu, Mm mm, PageTable table, Page page) {
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(pte) || Pte.address(pte) != page.address()) {
      return false;
    }
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel.state()), page.flags());
    if (!Pte.writable(pte) && !Pte.dirty(pte) && !exclusive) {
      return true;
    }
    long swapped = cpu.at(SWAPCACHE).test_bit(PG_SWAPCACHE, page.flags()) ? 1 : 0;
    pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    arch.flushTlb(cpu.at(FLUSH), mm);
    cpu.at(COUNTS);
    long mapcount = cpu.atomic_read(page.mapcount()) + 1;
    if (mapcount + 1 + swapped != cpu.atomic_read(page.refcount())
        || (exclusive && !ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page))) {
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
      return false;
    }
    if (Pte.dirty(pte) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    // Nothing but E4 orders the cleared flag before this store.
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte & ~(Pte.WRITE | Pte.DIRTY));
    return true;
  }
}
