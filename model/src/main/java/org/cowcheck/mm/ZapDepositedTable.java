package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;

/**
 * zap_huge_pmd() of an anonymous huge page with zap_deposited_table() (mm/huge_memory.c), and with
 * the flush and the put of its mmu_gather, S0 to S3. The page table that was deposited with the
 * entry is freed at once, before the flush.
 *
 * <p>Left out: mmap_lock, migration entries, and pages that are mapped by entries, too.
 */
public final class ZapDepositedTable {
  public static final Steps STEPS = new Steps("zap_huge_pmd");

  private static final Step LOCK = STEPS.step("PF2", "zap_huge_pmd", "take the PMD lock");
  private static final Step READ_PMD =
      STEPS.step("PF3", "zap_huge_pmd", "load the PMD entry: a huge page?");
  private static final Step CLEAR_PMD =
      STEPS.step("PF4", "pmdp_huge_get_and_clear_full", "clear the PMD entry");
  private static final Step REMOVE_RMAP =
      STEPS.step("PF5", "page_remove_rmap", "compound_mapcount - 1");
  private static final Step UNLOCK = STEPS.step("PF6", "zap_huge_pmd", "drop the PMD lock");
  private static final Step FLUSH = STEPS.step("PF7", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("PF8", "tlb_batch_pages_flush", "drop the reference: the last one?");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Zapping under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public ZapDepositedTable(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Unmaps a huge page.
   *
   * @param deposited the page table that was deposited with the entry
   * @return whether there was one
   */
  public boolean zap(Cpu cpu, Mm mm, Pmd pmd, PageTable deposited) {
    cpu.at(LOCK).spin_lock(pmd.lock());
    long old = cpu.at(READ_PMD).read_plain_in_source(pmd.entry());
    if (!Pte.present(old) || !Pte.isHuge(old)) {
      cpu.at(UNLOCK).spin_unlock(pmd.lock());
      return false;
    }
    cpu.at(CLEAR_PMD);
    if (kernel.platform() == Platform.X86) {
      cpu.xchg(pmd.entry(), 0);
    } else {
      cpu.xchg_relaxed(pmd.entry(), 0);
    }
    Page head = Pte.page(memory, old);
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, head.block().compoundMapcount());
    PageTableFree.pteFree(cpu, deposited);
    cpu.at(UNLOCK).spin_unlock(pmd.lock());
    arch.flushTlb(cpu.at(FLUSH), mm);
    free.putPage(cpu.at(PUT), head);
    return true;
  }
}
