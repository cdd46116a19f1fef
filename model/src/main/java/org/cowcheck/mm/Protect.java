package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * change_pte_range() that takes write permission from a present entry (mm/mprotect.c), S0 to S3: as
 * mprotect(PROT_READ), soft-dirty, userfaultfd and, after its fault, NUMA hinting do.
 *
 * <p>Left out: PROT_NONE in between, and mmap_lock.
 */
public final class Protect {
  public static final Steps STEPS = new Steps("change_pte_range");

  private static final Step LOCK = STEPS.step("Q1", "change_pte_range", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("Q2", "change_pte_range", "load the PTE: present?");
  private static final Step CLEAR_PTE = STEPS.step("Q3", "ptep_modify_prot_start", "clear the PTE");
  private static final Step SET_PTE =
      STEPS.step("Q4", "ptep_modify_prot_commit", "store the PTE: not writable");
  private static final Step UNLOCK = STEPS.step("Q5", "change_pte_range", "drop the PT lock");
  private static final Step FLUSH = STEPS.step("Q6", "change_protection", "flush the TLB");

  private final Arch arch;

  public Protect(Kernel kernel) {
    this.arch = new Arch(kernel);
  }

  /** Makes an entry read-only. */
  public void changePteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    if (Pte.present(cpu.at(READ_PTE).read_plain_in_source(table.pte()))) {
      long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte & ~Pte.WRITE);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    arch.flushTlb(cpu.at(FLUSH), mm);
  }
}
