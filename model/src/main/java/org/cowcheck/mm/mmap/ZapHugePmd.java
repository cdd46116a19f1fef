package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.PageTableFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;

/**
 * zap_huge_pmd() with zap_deposited_table() (mm/huge_memory.c): munmap(), exit or MADV_DONTNEED of
 * a whole huge page that a PMD entry maps, with the flush and the put of its mmu_gather, S0 to S3.
 * PG_anon_exclusive stays as it is. The page table that was deposited with the entry is freed at
 * once, before the flush. One page of a huge page is zapped by splitting the PMD entry ({@link
 * SplitHugePmd}), and its PTE ({@link Zap}).
 *
 * <p>Left out: mmap_lock, files.
 */
public final class ZapHugePmd {
  public static final Steps STEPS = new Steps("zap_huge_pmd");

  private static final Step LOCK =
      STEPS.step("ZH1", "__pmd_trans_huge_lock", "take the lock of the PMD entry");
  private static final Step READ =
      STEPS.step("ZH2", "__pmd_trans_huge_lock", "load the PMD entry: huge?");
  private static final Step CLEAR = STEPS.step("ZH3", "zap_huge_pmd", "clear the PMD entry");
  private static final Step IS_ANON =
      STEPS.step("ZH3a", "zap_huge_pmd", "PageAnon? then free the deposited table");
  private static final Step UNLOCK =
      STEPS.step("ZH4", "zap_huge_pmd", "drop the lock of the PMD entry");
  private static final Step FLUSH = STEPS.step("ZH5", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("ZH6", "tlb_batch_pages_flush", "drop the reference: the last one?");

  private final ArchPmd arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Zapping under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public ZapHugePmd(Kernel kernel, Memory memory, PageFree free) {
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Unmaps what a PMD entry maps, if it is huge.
   *
   * @param table the page table that was deposited with the entry
   * @return whether the page is on the free list now
   */
  public boolean zapHugePmd(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.above().lock());
    if (!Pte.isHuge(cpu.at(READ).read_plain_in_source(table.pmd()))) {
      cpu.at(UNLOCK).spin_unlock(table.above().lock());
      return false;
    }
    long pmd = arch.hugeGetAndClear(cpu.at(CLEAR), table.pmd());
    for (int i = 0; i < table.size(); i++) {
      cpu.note(Zap.ZAPPED, table.at(i).location());
    }
    boolean mapped = Pte.pmdPresent(pmd);
    Page head = Pte.page(memory, pmd);
    if (mapped) {
      CompoundRmap.remove(cpu, head);
    }
    if (PageTests.pageAnon(cpu.at(IS_ANON), head)) {
      PageTableFree.pteFree(cpu, table);
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    if (!mapped) {
      return false;
    }
    arch.flush(cpu.at(FLUSH), mm);
    return free.putPage(cpu.at(PUT), head);
  }
}
