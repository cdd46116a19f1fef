package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * zap_pmd_range() of all that is below one PMD entry (mm/memory.c): munmap() or exit, S0 to S3. A
 * huge page goes by {@link ZapHugePmd}, and each entry of a page table by {@link Zap}.
 *
 * <p>Left out: mmap_lock; that one section of the PT lock covers all entries, which take it one by
 * one here; of a table of one entry, the PMD entry above it.
 */
public final class ZapPmdRange {
  public static final Steps STEPS = new Steps("zap_pmd_range");

  private static final Step READ =
      STEPS.step("TH30", "zap_pmd_range", "load the PMD entry: huge, present or not?");
  private static final Step READ_AGAIN =
      STEPS.step("TH31", "zap_pmd_range", "load the PMD entry: a page table?");

  private final ZapHugePmd huge;
  private final Zap zap;

  /**
   * Zapping under a kernel.
   *
   * @param memory knows the pages and slots that entries name
   * @param free frees a page whose last reference is dropped
   */
  public ZapPmdRange(Kernel kernel, Memory memory, PageFree free) {
    this.huge = new ZapHugePmd(kernel, memory, free);
    this.zap = new Zap(kernel, memory, free);
  }

  /** Unmaps all. */
  public void zapPmdRange(Cpu cpu, Mm mm, PageTable table) {
    if (table.size() > 1) {
      if (Pte.isHuge(cpu.at(READ).read_plain_in_source(table.pmd()))) {
        huge.zapHugePmd(cpu, mm, table);
      }
      if (!Pte.isTable(cpu.at(READ_AGAIN).read_plain_in_source(table.pmd()))) {
        return;
      }
    }
    for (int i = 0; i < table.size(); i++) {
      zap.zapPteRange(cpu, mm, table.at(i));
    }
  }
}
