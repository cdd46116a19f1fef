package org.cowcheck.mm.daemon;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageTableFree;
import org.cowcheck.patch.Kernel;

/**
 * retract_page_tables() (mm/khugepaged.c), S0 to S3: once the small pages of a file are replaced by
 * a huge one, the page tables that mapped them, empty by now, are taken away and freed ({@link
 * CollapseAndFreePmd}), so that the next fault maps the huge page.
 *
 * <h2>Since 1d65b771bc08 (v6.6)</h2>
 *
 * mmap_lock is not taken any more; the locks of both levels are, and the page table is freed by RCU
 * (RP12). The mapping's lock alone then keeps those away who change the PMD entry.
 *
 * <p>Left out: the check that the vma has no anon_vma and no uffd-wp; the list of those whose
 * mmap_lock could not be had; the huge page itself.
 */
public final class RetractPageTables {
  public static final Steps STEPS = new Steps("retract_page_tables");

  private static final Step MAPPING_LOCK =
      STEPS.step("RP1", "retract_page_tables", "take i_mmap_rwsem");
  private static final Step FIND_PMD =
      STEPS.step("RP2", "find_pmd_or_thp_or_none", "load the PMD entry: a page table?");
  private static final Step MMAP_TRYLOCK =
      STEPS.step("RP3", "retract_page_tables", "trylock mmap_lock for writing");
  private static final Step LOCKLESS =
      STEPS.later("RP5", "retract_page_tables, 1d65b771bc08", "take the PMD lock and the PT lock");
  private static final Step LOCKLESS_UNLOCK =
      STEPS.step("RP9", "retract_page_tables, 1d65b771bc08", "drop the PT lock and the PMD lock");
  private static final Step MMAP_UNLOCK =
      STEPS.step("RP10", "retract_page_tables", "drop mmap_lock");
  private static final Step MAPPING_UNLOCK =
      STEPS.step("RP11", "retract_page_tables", "drop i_mmap_rwsem");
  private static final Step DEFER =
      STEPS.step(
          "RP12",
          "pte_free_defer, 1d65b771bc08",
          "free by RCU: wait for all sections from G3 to G20");

  private final Kernel kernel;
  private final CollapseAndFreePmd collapse;
  private final Memory memory;

  /**
   * Retraction under a kernel.
   *
   * @param memory knows the tables that PMD entries point to
   */
  public RetractPageTables(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.collapse = new CollapseAndFreePmd(kernel, memory);
    this.memory = memory;
  }

  /** Takes away the page table that maps a file at one place; whether there was one to be had. */
  public boolean retract(Cpu cpu, FileMapping mapping, Mm mm, Pmd pmd) {
    cpu.at(MAPPING_LOCK).spin_lock(mapping.iMmapLock());
    boolean retracted = false;
    PageTable deferred = null;
    long found = cpu.at(FIND_PMD).read_plain_in_source(pmd.entry());
    if (Pte.isTable(found)) {
      if (kernel.adds(LOCKLESS)) {
        deferred = memory.object(Pte.address(found), PageTable.class);
        retractWithoutMmapLock(cpu, mm, pmd, deferred);
        retracted = true;
      } else {
        retracted = MmapLock.tryWriteLock(cpu.at(MMAP_TRYLOCK), mm);
        if (retracted) {
          collapse.collapseAndFree(cpu, mm, pmd);
          MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
        }
      }
    }
    cpu.at(MAPPING_UNLOCK).spin_unlock(mapping.iMmapLock());
    if (deferred != null) {
      // call_rcu(): the grace period ends some time after the locks are dropped.
      cpu.at(DEFER).synchronize_rcu();
      PageTableFree.pteFree(cpu, deferred);
    }
    return retracted;
  }

  private void retractWithoutMmapLock(Cpu cpu, Mm mm, Pmd pmd, PageTable table) {
    cpu.at(LOCKLESS).spin_lock(pmd.lock());
    cpu.spin_lock(table.lock());
    collapse.clear(cpu, mm, pmd);
    cpu.at(LOCKLESS_UNLOCK).spin_unlock(table.lock());
    cpu.spin_unlock(pmd.lock());
  }
}
