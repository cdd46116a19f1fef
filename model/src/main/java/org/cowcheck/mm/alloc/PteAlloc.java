package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.PageTable;
import org.cowcheck.patch.Kernel;

/**
 * __pte_alloc() and pmd_install() (mm/memory.c), S0 to S3: a page table where there is none, in
 * memory that may have been another's page table before.
 */
public final class PteAlloc {
  public static final Steps STEPS = new Steps("__pte_alloc");

  private static final Step CLEAR =
      STEPS.step("PF20", "pte_alloc_one", "clear the memory of the new page table");
  private static final Step LOCK = STEPS.step("PF21", "pmd_install", "take the PMD lock");
  private static final Step NONE =
      STEPS.step("PF22", "pmd_install", "load the PMD entry: still none?");
  private static final Step WMB =
      STEPS.step("PF23", "pmd_install", "smp_wmb: the entries before the PMD entry");
  private static final Step POPULATE =
      STEPS.step("PF24", "pmd_populate", "store the PMD entry: the page table");
  private static final Step UNLOCK = STEPS.step("PF25", "pmd_install", "drop the PMD lock");

  private final ArchPmd arch;

  public PteAlloc(Kernel kernel) {
    this.arch = new ArchPmd(kernel);
  }

  /**
   * Puts a free page table in place, unless somebody else has put another there; whether it did.
   */
  public boolean pteAlloc(Cpu cpu, PageTable table) {
    cpu.at(CLEAR);
    for (Word entry : table.ptes()) {
      cpu.WRITE_ONCE(entry, 0);
    }
    cpu.at(LOCK).spin_lock(table.above().lock());
    boolean none = cpu.at(NONE).read_plain_in_source(table.pmd()) == 0;
    if (none) {
      cpu.at(WMB).smp_wmb();
      arch.populate(cpu.at(POPULATE), table.pmd(), table.asPmd());
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    if (!none) {
      PageTableFree.pteFree(cpu, table);
    }
    return none;
  }
}
