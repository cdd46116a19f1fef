package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * hugetlb_change_protection() that takes write permission from an entry (mm/hugetlb.c), S0 to S3:
 * as mprotect(PROT_READ) does, and mprotect() back to PROT_WRITE of a private mapping leaves it.
 *
 * <p>Left out: mmap_lock, i_mmap_rwsem and the VMA lock; tables that are shared; userfaultfd; pages
 * of a file that are under migration.
 */
public final class HugetlbProtect {
  public static final Steps STEPS = new Steps("hugetlb_change_protection");

  private static final Step LOCK =
      STEPS.step("HQ1", "hugetlb_change_protection", "take the lock of the entry");
  private static final Step READ_ENTRY =
      STEPS.step("HQ2", "hugetlb_change_protection", "load the entry: present, under migration?");
  private static final Step CLEAR =
      STEPS.step("HQ3", "huge_ptep_modify_prot_start", "clear the entry");
  private static final Step SET =
      STEPS.step("HQ4", "huge_ptep_modify_prot_commit", "store the entry: not writable");
  private static final Step SET_MIGRATION =
      STEPS.step(
          "HQ5",
          "hugetlb_change_protection",
          "store the migration entry: readable; S1 to S3: readable and exclusive");
  private static final Step UNLOCK =
      STEPS.step("HQ6", "hugetlb_change_protection", "drop the lock of the entry");
  private static final Step FLUSH = STEPS.step("HQ7", "hugetlb_change_protection", "flush the TLB");

  private final Kernel kernel;
  private final Arch arch;

  public HugetlbProtect(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  /** Makes the entry read-only. */
  public void changeProtection(Cpu cpu, HugetlbVma vma) {
    cpu.at(LOCK).spin_lock(vma.lock());
    long entry = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
    if (Pte.isMigration(entry) && Pte.writable(entry)) {
      long kind = kernel.state().hasAnonExclusive() ? Pte.EXCLUSIVE : 0;
      cpu.at(SET_MIGRATION).WRITE_ONCE(vma.entry(), (entry & ~Pte.WRITE) | kind);
    } else if (Pte.present(entry)) {
      long old = arch.getAndClear(cpu.at(CLEAR), vma.entry());
      cpu.at(SET).WRITE_ONCE(vma.entry(), old & ~Pte.WRITE);
    }
    cpu.at(UNLOCK).spin_unlock(vma.lock());
    arch.flushTlb(cpu.at(FLUSH), vma.mm());
  }
}
