package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * change_pmd_range() of all that is below one PMD entry (mm/mprotect.c), and change_huge_pmd()
 * (mm/huge_memory.c), S0 to S3: mprotect(). Each entry of a page table goes by {@link Protect}.
 *
 * <p>No state makes a PMD entry writable at once, as S3 does with a PTE: that came with v6.2
 * (c27f479e10bc).
 *
 * <p>Left out: as in {@link Protect}; migration entries; that one section of the PT lock covers all
 * entries, which take it one by one here; of a table of one entry, the PMD entry above it.
 */
public final class ProtectPmdRange {
  public static final Steps STEPS = new Steps("change_pmd_range");

  private static final Step READ =
      STEPS.step("TH20", "change_pmd_range", "load the PMD entry: huge, or a table?");
  private static final Step LOCK =
      STEPS.step("TH21", "__pmd_trans_huge_lock", "take the lock of the PMD entry");
  private static final Step READ_AGAIN =
      STEPS.step("TH22", "__pmd_trans_huge_lock", "load the PMD entry: still huge?");
  private static final Step INVALIDATE =
      STEPS.step(
          "TH23",
          "pmdp_invalidate_ad",
          "exchange the PMD entry for an invalid one (S0 and S1: pmdp_invalidate)");
  private static final Step FLUSH =
      STEPS.step("TH24", "pmdp_invalidate_ad", "flush the TLB (x86, S2 and S3: at TH27)");
  private static final Step SET =
      STEPS.step("TH25", "change_huge_pmd", "store the PMD entry: not writable");
  private static final Step UNLOCK =
      STEPS.step("TH26", "change_huge_pmd", "drop the lock of the PMD entry");
  private static final Step FLUSH_LATER =
      STEPS.step("TH27", "change_protection", "flush the TLB, unless nothing changed");

  private final ArchPmd arch;
  private final Protect protect;

  /**
   * Protecting under a kernel.
   *
   * @param memory knows the pages that entries name
   */
  public ProtectPmdRange(Kernel kernel, Memory memory) {
    this.arch = new ArchPmd(kernel);
    this.protect = new Protect(kernel, memory);
  }

  /** mprotect(PROT_READ): makes all read-only. */
  public void changePmdRange(Cpu cpu, Mm mm, PageTable table) {
    if (!changesHugePmd(cpu, mm, table)) {
      for (int i = 0; i < table.size(); i++) {
        protect.changePteRange(cpu, mm, table.at(i));
      }
    }
  }

  /** mprotect(PROT_READ | PROT_WRITE) of an anonymous private mapping. */
  public void permitWrites(Cpu cpu, Mm mm, PageTable table) {
    if (!changesHugePmd(cpu, mm, table)) {
      for (int i = 0; i < table.size(); i++) {
        protect.permitWrites(cpu, mm, table.at(i));
      }
    }
  }

  /** Takes write permission from a huge page; false if there is a page table. */
  private boolean changesHugePmd(Cpu cpu, Mm mm, PageTable table) {
    if (table.size() == 1 || Pte.isTable(cpu.at(READ).read_plain_in_source(table.pmd()))) {
      return false;
    }
    cpu.at(LOCK).spin_lock(table.above().lock());
    boolean huge = Pte.isTransHuge(cpu.at(READ_AGAIN).read_plain_in_source(table.pmd()));
    boolean flushesLater = false;
    if (huge) {
      long old = arch.establishInvalid(cpu.at(INVALIDATE), table.pmd());
      if (!arch.invalidatesWithoutFlush()) {
        arch.flush(cpu.at(FLUSH), mm);
      }
      long pmd = old & ~Pte.WRITE;
      cpu.at(SET).WRITE_ONCE(table.pmd(), pmd);
      flushesLater = pmd != old || !arch.knowsNeedlessFlushes();
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    if (flushesLater) {
      arch.flush(cpu.at(FLUSH_LATER), mm);
    }
    return true;
  }
}
