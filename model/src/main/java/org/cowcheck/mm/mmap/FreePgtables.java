package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageTableFree;
import org.cowcheck.patch.Kernel;

/**
 * free_pte_range() of munmap() (mm/memory.c), with tlb_remove_table() and the flush of its
 * mmu_gather (mm/mmu_gather.c), S0 to S3: an empty page table is unlinked and freed.
 *
 * <p>GUP-fast may be in the page table. Where the flush of the TLB sends IPIs it waits for it;
 * elsewhere the page table is freed by RCU, for which a section with IRQs off is a reader (PF14),
 * or, where there is no memory for the batch, after an IPI (PF15).
 *
 * <p>Left out: mmap_lock, which GUP-fast does not look at; the entries, which are zapped by then;
 * the upper levels.
 */
public final class FreePgtables {
  public static final Steps STEPS = new Steps("free_pgtables");

  private static final Step READ_PMD =
      STEPS.step("PF11", "free_pte_range", "load the PMD entry: a page table?");
  private static final Step CLEAR_PMD =
      STEPS.step("PF12", "pmd_clear", "store the PMD entry: none");
  private static final Step FLUSH =
      STEPS.step("PF13", "tlb_flush_mmu_tlbonly", "flush the TLB, and what hardware walked");
  private static final Step RCU =
      STEPS.step(
          "PF14", "tlb_remove_table_free", "not x86: by RCU: wait for all sections from G3 to G20");
  private static final Step SYNC =
      STEPS.step(
          "PF15", "tlb_remove_table_one", "not x86: wait for all sections from G3 to G20 by IPI");

  private final Arch arch;
  private final Memory memory;

  /**
   * Freeing under a kernel.
   *
   * @param memory knows the tables that PMD entries point to
   */
  public FreePgtables(Kernel kernel, Memory memory) {
    this.arch = new Arch(kernel);
    this.memory = memory;
  }

  /**
   * Frees the page table below a PMD entry; whether there was one.
   *
   * @param batched whether there is memory for a batch of tables
   */
  public boolean freePteRange(Cpu cpu, Mm mm, Pmd pmd, boolean batched) {
    long old = cpu.at(READ_PMD).read_plain_in_source(pmd.entry());
    if (!Pte.isTable(old)) {
      return false;
    }
    cpu.at(CLEAR_PMD).WRITE_ONCE(pmd.entry(), 0);
    arch.flushTlb(cpu.at(FLUSH), mm);
    if (batched) {
      arch.tableGracePeriod(cpu.at(RCU));
    } else {
      arch.tlbRemoveTableSyncOne(cpu.at(SYNC));
    }
    PageTableFree.pteFree(cpu, memory.object(Pte.address(old), PageTable.class));
    return true;
  }
}
