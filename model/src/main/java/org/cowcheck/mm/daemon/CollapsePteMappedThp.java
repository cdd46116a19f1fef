package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * collapse_pte_mapped_thp() of khugepaged (mm/khugepaged.c), S0 to S3: a page table that maps
 * nothing but the pages of one huge page of a file is taken away, so that the next fault maps the
 * huge page as a whole.
 *
 * <p>mmap_lock alone does not keep those away who come by the file: 8d3c106e19e8 (v6.1) takes
 * i_mmap_rwsem, too (RP22). The entries are not cleared.
 *
 * <p>Left out: the look-up of the huge page, whose reference the caller has; vmas and the anon_vma
 * lock; a huge page that is locked already, which is waited for; MADV_COLLAPSE, which maps the huge
 * page at once.
 */
public final class CollapsePteMappedThp {
  public static final Steps STEPS = new Steps("collapse_pte_mapped_thp");

  private static final Step MMAP_LOCK =
      STEPS.step("RP20", "khugepaged_collapse_pte_mapped_thps", "trylock mmap_lock for writing");
  private static final Step LOCK_PAGE =
      STEPS.step("RP21", "find_lock_page", "lock the huge page: test and set PG_locked");
  private static final Step MAPPING_LOCK =
      STEPS.hunk("RP22", "collapse_pte_mapped_thp, S3", "take i_mmap_rwsem for writing");
  private static final Step FIND_PMD =
      STEPS.step(
          "RP23",
          "find_pmd_or_thp_or_none",
          "load the PMD entry: a page table? (S3: before the page lock)");
  private static final Step LOCK =
      STEPS.step("RP24", "collapse_pte_mapped_thp", "take the PT lock");
  private static final Step CHECK =
      STEPS.step(
          "RP25", "collapse_pte_mapped_thp", "load each PTE: none, or the page of the huge page?");
  private static final Step REMOVE_RMAP =
      STEPS.step(
          "RP26", "page_remove_rmap", "load each PTE again: _mapcount of the page it maps - 1");
  private static final Step UNLOCK =
      STEPS.step("RP27", "collapse_pte_mapped_thp", "drop the PT lock");
  private static final Step REFERENCES =
      STEPS.step("RP28", "page_ref_sub", "_refcount - 1 for each mapping");
  private static final Step MAPPING_UNLOCK =
      STEPS.step("RP29", "collapse_pte_mapped_thp, S3", "drop i_mmap_rwsem");
  private static final Step UNLOCK_PAGE =
      STEPS.step("RP30", "collapse_pte_mapped_thp", "unlock the huge page: clear PG_locked");
  private static final Step PUT =
      STEPS.step("RP31", "collapse_pte_mapped_thp", "drop the reference of the look-up");
  private static final Step MMAP_UNLOCK =
      STEPS.step("RP32", "khugepaged_collapse_pte_mapped_thps", "drop mmap_lock");

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;
  private final CollapseAndFreePmd collapse;

  /**
   * Taking page tables away under a kernel.
   *
   * @param memory knows the tables that PMD entries point to
   * @param free frees a page whose last reference is dropped
   */
  public CollapsePteMappedThp(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
    this.collapse = new CollapseAndFreePmd(kernel, memory);
  }

  /** Takes away the page table that maps a huge page at one place; whether it did. */
  public boolean collapse(Cpu cpu, FileMapping mapping, Mm mm, Pmd pmd, PageBlock huge) {
    if (!MmapLock.tryWriteLock(cpu.at(MMAP_LOCK), mm)) {
      return false;
    }
    Page head = huge.head();
    boolean findsFirst = kernel.state() == KernelState.S3;
    long found = findsFirst ? findPmd(cpu, pmd) : 0;
    boolean collapsed = false;
    if (!cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      found = findsFirst ? found : findPmd(cpu, pmd);
      collapsed = Pte.isTable(found) && underPageLock(cpu, mapping, mm, pmd, found, huge);
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
    }
    free.putRefs(cpu.at(PUT), Ref.to(head), 1);
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    return collapsed;
  }

  private static long findPmd(Cpu cpu, Pmd pmd) {
    return cpu.at(FIND_PMD).read_plain_in_source(pmd.entry());
  }

  private boolean underPageLock(
      Cpu cpu, FileMapping mapping, Mm mm, Pmd pmd, long found, PageBlock huge) {
    boolean locksMapping = kernel.has(MAPPING_LOCK);
    if (locksMapping) {
      cpu.at(MAPPING_LOCK).spin_lock(mapping.iMmapLock());
    }
    PageTable table = memory.object(Pte.address(found), PageTable.class);
    cpu.at(LOCK).spin_lock(table.lock());
    boolean mapsHuge = mapsNothingElse(cpu.at(CHECK), table, huge);
    int mapped = mapsHuge ? removeRmap(cpu.at(REMOVE_RMAP), table) : 0;
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (mapped > 0) {
      cpu.at(REFERENCES).atomic_sub(mapped, huge.head().refcount());
    }
    if (mapsHuge) {
      collapse.collapseAndFree(cpu, mm, pmd);
    }
    if (locksMapping) {
      cpu.at(MAPPING_UNLOCK).spin_unlock(mapping.iMmapLock());
    }
    return mapsHuge;
  }

  private static boolean mapsNothingElse(Cpu cpu, PageTable table, PageBlock huge) {
    for (int i = 0; i < table.size(); i++) {
      long pte = cpu.read_plain_in_source(table.at(i).pte());
      if (pte != 0 && !(Pte.present(pte) && Pte.address(pte) == huge.pages().get(i).address())) {
        return false;
      }
    }
    return true;
  }

  private int removeRmap(Cpu cpu, PageTable table) {
    int mapped = 0;
    for (int i = 0; i < table.size(); i++) {
      long pte = cpu.read_plain_in_source(table.at(i).pte());
      if (pte != 0) {
        cpu.atomic_add_negative(-1, Pte.page(memory, pte).mapcount());
        mapped++;
      }
    }
    return mapped;
  }
}
