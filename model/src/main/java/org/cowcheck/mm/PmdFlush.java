package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;

/**
 * What architectures do with a PMD entry that points to a page table (mm/pgtable-generic.c,
 * mm/mmu_gather.c; arch/x86, arch/arm64: include/asm). Callers label the steps.
 *
 * <pre>
 *                            x86                       arm64                     generic
 * pmdp_collapse_flush        xchg, full; then the      xchg_relaxed; then        as arm64
 *                            flush, an IPI             dsb, tlbi, dsb
 * tlb_remove_table_sync_one  nothing: the flush has    an IPI that waits for     as arm64
 *                            waited already            sections with IRQs off
 * pmd_populate               store                     store, dsb(ishst)         store
 * </pre>
 *
 * <p>Left out: x86 kernels for hypervisors that flush without IPI, which free page tables as arm64
 * does.
 */
final class PmdFlush {
  private final Kernel kernel;
  private final Arch arch;

  PmdFlush(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  private boolean isX86() {
    return kernel.platform() == Platform.X86;
  }

  /**
   * pmdp_collapse_flush(): clears the entry and flushes the range; the entry as it was. A huge page
   * is a VM_BUG_ON.
   */
  long pmdpCollapseFlush(Cpu cpu, Mm mm, Pmd pmd) {
    cpu.VM_BUG_ON(Pte.isHuge(cpu.read_plain_in_source(pmd.entry())));
    long old = isX86() ? cpu.xchg(pmd.entry(), 0) : cpu.xchg_relaxed(pmd.entry(), 0);
    arch.flushTlb(cpu, mm);
    return old;
  }

  /** tlb_remove_table_sync_one(): no section with IRQs off that began before is left. */
  void tlbRemoveTableSyncOne(Cpu cpu) {
    if (!isX86()) {
      cpu.ipi_sync();
    }
  }

  /** Waits for an RCU grace period, where page tables are freed by RCU: not on x86. */
  void tableGracePeriod(Cpu cpu) {
    if (!isX86()) {
      cpu.synchronize_rcu();
    }
  }

  /** pmd_populate(): the entry points to a page table. */
  void pmdPopulate(Cpu cpu, Pmd pmd, long table) {
    cpu.WRITE_ONCE(pmd.entry(), table);
    if (kernel.platform() == Platform.ARM64) {
      cpu.wmb();
    }
  }
}
