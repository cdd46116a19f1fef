package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * retract_page_tables() and collapse_and_free_pmd() (mm/khugepaged.c), S0 to S3: once the small
 * pages of a file are replaced by a huge one, the page tables that mapped them, empty by now, are
 * taken away and freed, so that the next fault maps the huge page.
 *
 * <h2>GUP-fast</h2>
 *
 * The page table is freed at once, not by RCU. Until v6.1 only a flush that sends IPIs kept it from
 * a GUP-fast that had loaded the PMD entry before; since 2ba99c5e0881 RP8 waits.
 *
 * <h2>Since 1d65b771bc08 (v6.6)</h2>
 *
 * mmap_lock is not taken any more; the locks of both levels are, and the page table is freed by RCU
 * (RP11). The mapping's lock alone then keeps those away who change the PMD entry.
 *
 * <p>Left out: the check that the vma has no anon_vma and no uffd-wp; MMU notifiers; the list of
 * those whose mmap_lock could not be had; the huge page itself.
 */
public final class RetractPageTables {
  public static final Steps STEPS = new Steps("retract_page_tables");

  private static final Step MAPPING_LOCK =
      STEPS.step("RP1", "retract_page_tables", "take i_mmap_rwsem");
  private static final Step FIND_PMD =
      STEPS.step("RP2", "find_pmd_or_thp_or_none", "load the PMD entry: a page table?");
  private static final Step MMAP_TRYLOCK =
      STEPS.step("RP3", "retract_page_tables", "trylock mmap_lock for writing");
  private static final Step PMD_LOCK =
      STEPS.step("RP4", "collapse_and_free_pmd, S0 to S2", "take the PMD lock");
  private static final Step LOCKLESS =
      STEPS.step("RP5", "retract_page_tables, 1d65b771bc08", "take the PMD lock and the PT lock");
  private static final Step CLEAR_PMD =
      STEPS.step("RP6", "pmdp_collapse_flush", "clear the PMD entry, flush the TLB");
  private static final Step PMD_UNLOCK =
      STEPS.step("RP7", "collapse_and_free_pmd, S0 to S2", "drop the PMD lock");
  private static final Step SYNC =
      STEPS.step(
          "RP8", "tlb_remove_table_sync_one, S3", "not x86: wait for all sections from G3 to G20");
  private static final Step LOCKLESS_UNLOCK =
      STEPS.step("RP9", "retract_page_tables, 1d65b771bc08", "drop the PT lock and the PMD lock");
  private static final Step MMAP_UNLOCK =
      STEPS.step("RP10", "retract_page_tables", "drop mmap_lock");
  private static final Step DEFER =
      STEPS.step(
          "RP11",
          "pte_free_defer, 1d65b771bc08",
          "free by RCU: wait for all sections from G3 to G20");
  private static final Step MAPPING_UNLOCK =
      STEPS.step("RP12", "retract_page_tables", "drop i_mmap_rwsem");

  private final Kernel kernel;
  private final PmdFlush flush;
  private final Memory memory;

  /**
   * Retraction under a kernel.
   *
   * @param memory knows the tables that PMD entries point to
   */
  public RetractPageTables(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.flush = new PmdFlush(kernel);
    this.memory = memory;
  }

  /** Takes away the page table that maps a file at one place; whether there was one to be had. */
  public boolean retract(Cpu cpu, FileMapping mapping, Mm mm, Pmd pmd) {
    cpu.at(MAPPING_LOCK).spin_lock(mapping.iMmapLock());
    boolean retracted = false;
    long found = cpu.at(FIND_PMD).read_plain_in_source(pmd.entry());
    if (Pte.isTable(found)) {
      if (kernel.adds(LOCKLESS)) {
        retractWithoutMmapLock(cpu, mm, pmd, memory.object(Pte.address(found), PageTable.class));
        retracted = true;
      } else if (cpu.at(MMAP_TRYLOCK).spin_trylock(mm.mmapLock())) {
        collapseAndFreePmd(cpu, mm, pmd);
        cpu.at(MMAP_UNLOCK).spin_unlock(mm.mmapLock());
        retracted = true;
      }
    }
    cpu.at(MAPPING_UNLOCK).spin_unlock(mapping.iMmapLock());
    return retracted;
  }

  private void collapseAndFreePmd(Cpu cpu, Mm mm, Pmd pmd) {
    boolean locks = kernel.state() != KernelState.S3;
    if (locks) {
      cpu.at(PMD_LOCK).spin_lock(pmd.lock());
    }
    long old = flush.pmdpCollapseFlush(cpu.at(CLEAR_PMD), mm, pmd);
    if (locks) {
      cpu.at(PMD_UNLOCK).spin_unlock(pmd.lock());
    }
    if (kernel.state() == KernelState.S3 && kernel.has(SYNC)) {
      flush.tlbRemoveTableSyncOne(cpu.at(SYNC));
    }
    PageTableFree.pteFree(cpu, memory.object(Pte.address(old), PageTable.class));
  }

  private void retractWithoutMmapLock(Cpu cpu, Mm mm, Pmd pmd, PageTable table) {
    cpu.at(LOCKLESS).spin_lock(pmd.lock());
    cpu.spin_lock(table.lock());
    long old = flush.pmdpCollapseFlush(cpu.at(CLEAR_PMD), mm, pmd);
    cpu.at(LOCKLESS_UNLOCK).spin_unlock(table.lock());
    cpu.spin_unlock(pmd.lock());
    cpu.at(DEFER).synchronize_rcu();
    PageTableFree.pteFree(cpu, memory.object(Pte.address(old), PageTable.class));
  }
}
