package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Platform;

/**
 * What architectures do with a page-table entry, and before they free a page table (arch/x86,
 * arch/arm64: include/asm/pgtable.h, tlbflush.h; mm/mmu_gather.c). Callers label the steps and hold
 * the PT lock.
 *
 * <pre>
 *                        x86                          arm64 and generic
 * ptep_get_and_clear     xchg, full                   xchg_relaxed
 * ptep_set_wrprotect     locked clear_bit             cmpxchg_relaxed loop
 * ptep_set_access_flags  set_pte, no flush            cmpxchg_relaxed loop, then flush_tlb_page
 * flush_tlb_page         tlb_gen, then a synchronous  dsb(ishst), tlbi, dsb(ish): a full barrier,
 *                        IPI that waits for sections  no handshake
 *                        with IRQs off
 * tlb_remove_table_sync  nothing: the flush has       an IPI that waits for sections with IRQs
 * _one                   waited already               off
 * tlb_remove_table_free  as it does                   by RCU: such a section is a reader
 * deferred on swap-out   counts tlb_gen               generic: orders nothing; arm64: never
 * </pre>
 *
 * <p>Left out: accessed and dirty bits that hardware sets in an entry, so the loop of cmpxchg runs
 * once; x86 kernels for hypervisors, which flush without IPI and free page tables as arm64 does.
 */
public final class Arch {
  private final Kernel kernel;

  /** The architecture that a kernel runs on. */
  public Arch(Kernel kernel) {
    this.kernel = kernel;
  }

  private boolean isX86() {
    return kernel.platform() == Platform.X86;
  }

  /** ptep_get_and_clear(). */
  public long ptepGetAndClear(Cpu cpu, PageTable table) {
    return getAndClear(cpu, table.pte());
  }

  /** huge_ptep_get_and_clear() of an entry that is not contiguous. */
  public long getAndClear(Cpu cpu, Word entry) {
    return isX86() ? cpu.xchg(entry, 0) : cpu.xchg_relaxed(entry, 0);
  }

  /** ptep_set_wrprotect() of an entry that the caller has just read. */
  public void ptepSetWrprotect(Cpu cpu, PageTable table, long pte) {
    setWrprotect(cpu, table.pte(), pte);
  }

  /** huge_ptep_set_wrprotect() of an entry that is not contiguous. */
  public void setWrprotect(Cpu cpu, Word entry, long pte) {
    if (isX86()) {
      cpu.clear_bit(Long.numberOfTrailingZeros(Pte.WRITE), entry);
      return;
    }
    long old = cpu.READ_ONCE(entry);
    cpu.VM_BUG_ON(cpu.cmpxchg_relaxed(entry, old, pte & ~Pte.WRITE) != old);
  }

  /** ptep_set_access_flags() of an entry that changes: adds permissions, so x86 need not flush. */
  public void ptepSetAccessFlags(Cpu cpu, Mm mm, PageTable table, long pte) {
    setAccessFlags(cpu, mm, table.pte(), pte);
  }

  /** huge_ptep_set_access_flags() of an entry that is not contiguous. */
  public void setAccessFlags(Cpu cpu, Mm mm, Word entry, long pte) {
    if (isX86()) {
      cpu.WRITE_ONCE(entry, pte);
      return;
    }
    long old = cpu.READ_ONCE(entry);
    cpu.VM_BUG_ON(cpu.cmpxchg_relaxed(entry, old, pte) != old);
    flushTlb(cpu, mm);
  }

  /** flush_tlb_page() or flush_tlb_range(), at once. */
  public void flushTlb(Cpu cpu, Mm mm) {
    if (isX86()) {
      cpu.atomic_inc_return(mm.tlbGen());
      cpu.ipi_sync();
    } else {
      cpu.mb();
    }
    if (mm.hasThreads()) {
      cpu.synchronize_srcu(mm.userAccesses());
    }
  }

  /** tlb_remove_table_sync_one(): no section with IRQs off that began before is left. */
  public void tlbRemoveTableSyncOne(Cpu cpu) {
    if (!isX86()) {
      cpu.ipi_sync();
    }
  }

  /** tlb_remove_table_free(): waits for an RCU grace period, where page tables are freed by RCU. */
  public void tableGracePeriod(Cpu cpu) {
    if (!isX86()) {
      cpu.synchronize_rcu();
    }
  }

  /**
   * Whether pte_needs_flush() says no of an entry that mprotect() stores as it was: on x86, since
   * c9fe66560bf2 (v5.19).
   */
  public boolean knowsNeedlessFlushes() {
    KernelState state = kernel.state();
    return isX86() && (state == KernelState.S2 || state == KernelState.S3);
  }

  /** Whether flushes of entries may be deferred: should_defer_flush(). */
  public boolean defersFlush() {
    return kernel.platform() != Platform.ARM64;
  }

  /** set_tlb_ubc_flush_pending(): remembers to flush later. */
  public void deferFlush(Cpu cpu, Mm mm) {
    if (isX86()) {
      cpu.atomic_inc_return(mm.tlbGen());
    }
  }
}
