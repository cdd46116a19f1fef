package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * zap_pte_range() of a present entry, with the flush and the put of its mmu_gather (mm/memory.c,
 * mm/mmu_gather.c), S0 to S3. PG_anon_exclusive stays as it is.
 *
 * <p>Left out: mmap_lock, the accessed bit, and swap entries.
 */
public final class Zap {
  public static final Steps STEPS = new Steps("zap_pte_range");

  /** The name of the note of an entry that is cleared; its value is where it is. */
  public static final String ZAPPED = "zapped";

  private static final Step LOCK = STEPS.step("Z1", "zap_pte_range", "take the PT lock");
  private static final Step READ_PTE = STEPS.step("Z2", "zap_pte_range", "load the PTE: present?");
  private static final Step CLEAR_PTE = STEPS.step("Z3", "zap_pte_range", "clear the PTE");
  private static final Step REMOVE_RMAP = STEPS.step("Z4", "page_remove_rmap", "_mapcount - 1");
  private static final Step UNLOCK = STEPS.step("Z5", "zap_pte_range", "drop the PT lock");
  private static final Step FLUSH = STEPS.step("Z6", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("Z7", "tlb_batch_pages_flush", "drop the reference: the last one?");

  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Zapping under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public Zap(Kernel kernel, Memory memory, PageFree free) {
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Unmaps what an entry maps; whether the page is on the free list now. */
  public boolean zapPteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(pte)) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return false;
    }
    arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    cpu.note(ZAPPED, table.location());
    Page page = Pte.page(memory, pte);
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
    cpu.at(UNLOCK).spin_unlock(table.lock());
    arch.flushTlb(cpu.at(FLUSH), mm);
    return free.putPage(cpu.at(PUT), page);
  }
}
