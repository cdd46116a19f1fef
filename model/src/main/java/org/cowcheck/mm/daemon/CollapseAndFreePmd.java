package org.cowcheck.mm.daemon;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageTableFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * collapse_and_free_pmd() (mm/khugepaged.c), S0 to S3: takes the page table of a file mapping away
 * and frees it.
 *
 * <p>The page table is freed at once, not by RCU. Until v6.1 only a flush that sends IPIs kept it
 * from a GUP-fast that had loaded the PMD entry before; since 2ba99c5e0881 RP8 waits. 8d3c106e19e8
 * leaves the PMD lock out: what keeps others away are the locks of the callers.
 *
 * <p>Left out: MMU notifiers (f268f6cf875f), which are for those who map pages beside the CPU.
 */
public final class CollapseAndFreePmd {
  public static final Steps STEPS = new Steps("collapse_and_free_pmd");

  private static final Step LOCK =
      STEPS.step("RP4", "collapse_and_free_pmd, S0 to S2", "take the PMD lock");
  private static final Step CLEAR_PMD =
      STEPS.step("RP6", "pmdp_collapse_flush", "clear the PMD entry, flush the TLB");
  private static final Step UNLOCK =
      STEPS.step("RP7", "collapse_and_free_pmd, S0 to S2", "drop the PMD lock");
  private static final Step SYNC =
      STEPS.hunk(
          "RP8", "tlb_remove_table_sync_one, S3", "not x86: wait for all sections from G3 to G20");

  private final Kernel kernel;
  private final Arch arch;
  private final ArchPmd archPmd;
  private final Memory memory;

  CollapseAndFreePmd(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.archPmd = new ArchPmd(kernel);
    this.memory = memory;
  }

  void collapseAndFree(Cpu cpu, Mm mm, Pmd pmd) {
    boolean locks = kernel.state() != KernelState.S3;
    if (locks) {
      cpu.at(LOCK).spin_lock(pmd.lock());
    }
    long old = clear(cpu, mm, pmd);
    if (locks) {
      cpu.at(UNLOCK).spin_unlock(pmd.lock());
    }
    if (kernel.has(SYNC)) {
      arch.tlbRemoveTableSyncOne(cpu.at(SYNC));
    }
    if (Pte.isTable(old)) {
      PageTableFree.pteFree(cpu, memory.object(Pte.address(old), PageTable.class));
    } else {
      cpu.VM_BUG_ON(true);
    }
  }

  /** pmdp_collapse_flush(); the entry as it was. */
  long clear(Cpu cpu, Mm mm, Pmd pmd) {
    return archPmd.collapseFlush(cpu.at(CLEAR_PMD), mm, pmd.entry());
  }
}
