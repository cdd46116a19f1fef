package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_HWPOISON;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * How a hardware error unmaps a small anonymous page: of memory_failure() (mm/memory-failure.c) the
 * flag, the reference and the page lock, and try_to_unmap_one() with TTU_HWPOISON (mm/rmap.c), S0
 * to S3. The entry becomes a poison entry.
 *
 * <p>PG_anon_exclusive is sampled and not used: it stays as it was, stale, and pins are not looked
 * for. Nobody maps the page again.
 *
 * <p>Left out: everything else of memory_failure(); MMU notifiers, mlock.
 */
public final class HwPoison {
  public static final Steps STEPS = new Steps("try_to_unmap_one, TTU_HWPOISON");

  private static final Step POISON =
      STEPS.step("HW1", "memory_failure", "test and set PG_hwpoison");
  private static final Step GET = STEPS.step("HW2", "get_hwpoison_page", "_refcount + 1 unless 0");
  private static final Step LOCK_PAGE =
      STEPS.step("HW3", "memory_failure", "lock the page: test and set PG_locked");
  private static final Step LOCK = STEPS.step("HW4", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("HW5", "page_vma_mapped_walk", "load the PTE: the page?");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "HW6", "try_to_unmap_one, S1 to S3", "load mapping and flags: anon, PG_anon_exclusive?");
  private static final Step CLEAR_PTE = STEPS.step("HW7", "ptep_clear_flush", "clear the PTE");
  private static final Step FLUSH = STEPS.step("HW8", "ptep_clear_flush", "flush the TLB");
  private static final Step DIRTY =
      STEPS.step("HW9", "try_to_unmap_one", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step IS_POISONED =
      STEPS.step("HW10", "try_to_unmap_one", "load flags: PG_hwpoison?");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.later("HW10a", "try_to_unmap_one, not in mainline", "clear PG_anon_exclusive");
  private static final Step SET_PTE =
      STEPS.step("HW11", "try_to_unmap_one", "store the poison entry");
  private static final Step REMOVE_RMAP = STEPS.step("HW12", "page_remove_rmap", "_mapcount - 1");
  private static final Step PUT = STEPS.step("HW13", "try_to_unmap_one", "drop the reference");
  private static final Step UNLOCK = STEPS.step("HW14", "page_vma_mapped_walk", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("HW15", "memory_failure", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final Arch arch;
  private final PageFree free;

  public HwPoison(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.free = free;
  }

  /** Poisons a page and unmaps it, if it is in use and not locked; whether it did. */
  public boolean memoryFailure(Cpu cpu, Mm mm, PageTable table, Page page) {
    if (cpu.at(POISON).test_and_set_bit(PG_HWPOISON, page.flags())
        || !cpu.at(GET).atomic_add_unless(page.refcount(), 1, 0)
        || cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    boolean unmapped = tryToUnmapOne(cpu, mm, table, page);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return unmapped;
  }

  /** try_to_unmap_one() with TTU_HWPOISON; whether the entry is a poison entry now. */
  public boolean tryToUnmapOne(Cpu cpu, Mm mm, PageTable table, Page page) {
    cpu.at(LOCK).spin_lock(table.lock());
    long mapped = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    boolean isPages = Pte.present(mapped) && Pte.address(mapped) == page.address();
    if (isPages) {
      unmap(cpu, mm, table, page);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return isPages;
  }

  private void unmap(Cpu cpu, Mm mm, PageTable table, Page page) {
    if (kernel.state().hasAnonExclusive()
        && PageTests.folioTestAnon(cpu.at(EXCLUSIVE), Ref.to(page))) {
      cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags());
    }
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    arch.flushTlb(cpu.at(FLUSH), mm);
    if (Pte.dirty(pte) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    if (!cpu.at(IS_POISONED).test_bit(PG_HWPOISON, page.flags())) {
      return; // The flag is lost (B26): a warning, and the entry stays clear.
    }
    if (kernel.adds(CLEAR_EXCLUSIVE)) {
      cpu.at(CLEAR_EXCLUSIVE).clear_bit(PageFlag.anonExclusive(kernel), page.flags());
    }
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.hwpoison(page));
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
    free.putPage(cpu.at(PUT), page);
  }
}
