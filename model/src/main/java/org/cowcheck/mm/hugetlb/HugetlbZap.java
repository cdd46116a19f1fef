package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.patch.Kernel;

/**
 * unmap_hugepage_range() of a present entry, with the flush and the put of its mmu_gather
 * (mm/hugetlb.c, mm/mmu_gather.c), S0 to S3. PG_anon_exclusive stays as it is.
 *
 * <p>Left out: mmap_lock and i_mmap_rwsem; tables that are shared; entries that are not present; a
 * reference page.
 */
public final class HugetlbZap {
  public static final Steps STEPS = new Steps("unmap_hugepage_range");

  private static final Step LOCK =
      STEPS.step("HZ1", "__unmap_hugepage_range", "take the lock of the entry");
  private static final Step READ_ENTRY =
      STEPS.step("HZ2", "__unmap_hugepage_range", "load the entry: present?");
  private static final Step CLEAR = STEPS.step("HZ3", "__unmap_hugepage_range", "clear the entry");
  private static final Step DIRTY =
      STEPS.step("HZ4", "__unmap_hugepage_range", "it was dirty: test PG_dirty, and set it");
  private static final Step UNLOCK =
      STEPS.step("HZ5", "__unmap_hugepage_range", "drop the lock of the entry");
  private static final Step FLUSH = STEPS.step("HZ6", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("HZ7", "tlb_batch_pages_flush", "drop the reference: the last one?");

  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Unmapping under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back a page whose last reference is dropped
   */
  public HugetlbZap(Kernel kernel, Memory memory, PageFree free) {
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Unmaps what the entry maps; whether the page is in the pool now. */
  public boolean unmapHugepageRange(Cpu cpu, HugetlbVma vma) {
    cpu.at(LOCK).spin_lock(vma.lock());
    long mapped = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
    if (!Pte.present(mapped)) {
      cpu.at(UNLOCK).spin_unlock(vma.lock());
      return false;
    }
    long entry = arch.getAndClear(cpu.at(CLEAR), vma.entry());
    for (int i = 0; i < vma.table().size(); i++) {
      cpu.note(Zap.ZAPPED, vma.table().at(i).location());
    }
    Page page = Pte.page(memory, mapped);
    if (Pte.dirty(entry) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    HugetlbRmap.remove(cpu, page);
    cpu.at(UNLOCK).spin_unlock(vma.lock());
    arch.flushTlb(cpu.at(FLUSH), vma.mm());
    return free.putPage(cpu.at(PUT), page);
  }
}
