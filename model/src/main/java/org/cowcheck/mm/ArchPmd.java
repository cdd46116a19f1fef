package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;

/**
 * What architectures do with a PMD entry (arch/x86, arch/arm64: include/asm/pgtable.h;
 * mm/pgtable-generic.c). Callers label the steps and hold the PMD lock.
 *
 * <pre>
 *                          x86                         arm64 and generic
 * pmdp_establish           xchg, full                  xchg_relaxed
 * pmdp_huge_get_and_clear  xchg, full                  xchg_relaxed
 * pmdp_set_wrprotect       locked clear_bit            cmpxchg_relaxed loop
 * pmdp_set_access_flags    set_pmd, no flush           cmpxchg_relaxed loop, then a flush
 * pmd_mkinvalid, migration offset scrambled, still     looks present from then on
 *                          not present
 * pmdp_collapse_flush      xchg, full; then the flush  xchg_relaxed; then the flush
 * pmd_populate             set_pmd                     set_pmd; arm64: then dsb(ishst)
 * </pre>
 *
 * <p>Left out: that a walk by hardware may miss what its own CPU has just stored, for which the
 * dsb(ishst) is; accessed and dirty bits that hardware sets; what x86 makes of the offset of a
 * migration entry, which nobody reads meanwhile.
 */
public final class ArchPmd {
  private final Kernel kernel;
  private final Arch arch;

  /** The architecture that a kernel runs on. */
  public ArchPmd(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  private boolean isX86() {
    return kernel.platform() == Platform.X86;
  }

  private long exchange(Cpu cpu, Word pmd, long value) {
    return isX86() ? cpu.xchg(pmd, value) : cpu.xchg_relaxed(pmd, value);
  }

  /** The first half of pmdp_invalidate(): a load, and pmdp_establish() of an invalid entry. */
  public long establishInvalid(Cpu cpu, Word pmd) {
    return exchange(cpu, pmd, mkInvalid(cpu.read_plain_in_source(pmd)));
  }

  private long mkInvalid(long pmd) {
    if (isX86() && !Pte.pmdPresent(pmd)) {
      return pmd;
    }
    return (pmd & ~Pte.PRESENT) | Pte.PRESENT_INVALID;
  }

  /** pmdp_huge_get_and_clear(). */
  public long hugeGetAndClear(Cpu cpu, Word pmd) {
    return exchange(cpu, pmd, 0);
  }

  /** pmdp_set_wrprotect(). */
  public void setWrprotect(Cpu cpu, Word pmd) {
    if (isX86()) {
      cpu.clear_bit(Long.numberOfTrailingZeros(Pte.WRITE), pmd);
      return;
    }
    long old = cpu.READ_ONCE(pmd);
    cpu.VM_BUG_ON(cpu.cmpxchg_relaxed(pmd, old, old & ~Pte.WRITE) != old);
  }

  /** pmdp_set_access_flags() of an entry that changes. */
  public void setAccessFlags(Cpu cpu, Mm mm, Word pmd, long value) {
    if (isX86()) {
      cpu.WRITE_ONCE(pmd, value);
      return;
    }
    long old = cpu.READ_ONCE(pmd);
    cpu.VM_BUG_ON(cpu.cmpxchg_relaxed(pmd, old, value) != old);
    flush(cpu, mm);
  }

  /**
   * pmdp_collapse_flush() of an entry that points to a page table: clears it and flushes the range;
   * the entry as it was. A huge page is a VM_BUG_ON.
   */
  public long collapseFlush(Cpu cpu, Mm mm, Word pmd) {
    cpu.VM_BUG_ON(Pte.isHuge(cpu.read_plain_in_source(pmd)));
    long old = exchange(cpu, pmd, 0);
    flush(cpu, mm);
    return old;
  }

  /**
   * pmd_populate(): the entry points to a page table.
   *
   * @param table {@link PageTable#asPmd()}
   */
  public void populate(Cpu cpu, Word pmd, long table) {
    cpu.WRITE_ONCE(pmd, table);
    if (kernel.platform() == Platform.ARM64) {
      cpu.wmb();
    }
  }

  /**
   * Whether pmdp_invalidate_ad() leaves the flush to its caller: x86, since 4f83145721f3 (v5.19).
   */
  public boolean invalidatesWithoutFlush() {
    return arch.knowsNeedlessFlushes();
  }

  /** As {@link Arch#knowsNeedlessFlushes}: huge_pmd_needs_flush(). */
  public boolean knowsNeedlessFlushes() {
    return arch.knowsNeedlessFlushes();
  }

  /** flush_pmd_tlb_range(), the second half of pmdp_invalidate(). */
  public void flush(Cpu cpu, Mm mm) {
    arch.flushTlb(cpu, mm);
  }
}
