package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * change_pte_range() that takes write permission from an entry (mm/mprotect.c), S0 to S3: as
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
  private static final Step SET_ENTRY =
      STEPS.step(
          "MG60",
          "change_pte_range",
          "a writable entry that is not present: store it, not writable (MG61: exclusive)");
  private static final Step KEEP_EXCLUSIVE =
      STEPS.step(
          "MG61",
          "change_pte_range, S1 to S3",
          "migration, load mapping: anon? then readable-exclusive");
  private static final Step UNLOCK = STEPS.step("Q5", "change_pte_range", "drop the PT lock");
  private static final Step FLUSH = STEPS.step("Q6", "change_protection", "flush the TLB");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;

  /**
   * Protecting under a kernel.
   *
   * @param memory knows the pages that entries name
   */
  public Protect(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
  }

  /** Makes an entry read-only. */
  public void changePteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    long old = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (Pte.present(old)) {
      long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte & ~Pte.WRITE);
    } else if (Pte.isMigration(old) || Pte.isDevicePrivate(old) || Pte.isDeviceExclusive(old)) {
      changeNonpresent(cpu, table, old);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    arch.flushTlb(cpu.at(FLUSH), mm);
  }

  /** A writable migration entry of an anonymous page becomes readable-exclusive in S1 to S3. */
  private void changeNonpresent(Cpu cpu, PageTable table, long entry) {
    if (!Pte.writable(entry)) {
      return;
    }
    boolean keepsExclusive =
        Pte.isMigration(entry)
            && kernel.state().hasAnonExclusive()
            && kernel.has(KEEP_EXCLUSIVE)
            && PageTests.pageAnon(cpu.at(KEEP_EXCLUSIVE), Pte.page(memory, entry));
    long readable = entry & ~(Pte.WRITE | Pte.DIRTY);
    cpu.at(SET_ENTRY).WRITE_ONCE(table.pte(), readable | (keepsExclusive ? Pte.EXCLUSIVE : 0));
  }
}
