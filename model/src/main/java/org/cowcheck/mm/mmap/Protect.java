package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * change_pte_range() of one entry (mm/mprotect.c), S0 to S3: it takes write permission, as
 * mprotect(PROT_READ), soft-dirty, userfaultfd and, after its fault, NUMA hinting do; or the
 * mapping may be written to from now on, and S3 makes the entry writable at once where a write
 * fault would do so without further tests.
 *
 * <p>In a private mapping the protection of a new entry has no write permission: until v6.0
 * mprotect(PROT_WRITE) left that to the next write fault, and took it from an entry that had it.
 *
 * <p>Left out: PROT_NONE in between, soft-dirty, mmap_lock, which mprotect() takes for writing, and
 * that the flags of the mapping change.
 */
public final class Protect {
  public static final Steps STEPS = new Steps("change_pte_range");

  private static final Step LOCK = STEPS.step("Q1", "change_pte_range", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("Q2", "change_pte_range", "load the PTE: present?");
  private static final Step CLEAR_PTE = STEPS.step("Q3", "ptep_modify_prot_start", "clear the PTE");
  private static final Step UPGRADE =
      STEPS.hunk(
          "PR1",
          "can_change_pte_writable, S3",
          "PTE dirty: load compound_head, mapping, flags: PageAnon, PG_anon_exclusive?");
  private static final Step SET_PTE =
      STEPS.step("Q4", "ptep_modify_prot_commit", "store the PTE: not writable, unless upgraded");
  private static final Step SET_ENTRY =
      STEPS.step(
          "MG60",
          "change_pte_range",
          "a writable entry that is not present: store it, not writable (MG61: exclusive)");
  private static final Step KEEP_EXCLUSIVE =
      STEPS.hunk(
          "MG61",
          "change_pte_range, S1 to S3",
          "migration, load mapping: anon? then readable-exclusive");
  private static final Step UNLOCK = STEPS.step("Q5", "change_pte_range", "drop the PT lock");
  private static final Step FLUSH =
      STEPS.step("Q6", "change_protection", "flush the TLB, unless nothing changed");

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
    changePteRange(cpu, mm, table, false);
  }

  /**
   * mprotect(PROT_READ | PROT_WRITE) of an anonymous private mapping: MM_CP_TRY_CHANGE_WRITABLE.
   */
  public void permitWrites(Cpu cpu, Mm mm, PageTable table) {
    changePteRange(cpu, mm, table, kernel.state() == KernelState.S3);
  }

  private void changePteRange(Cpu cpu, Mm mm, PageTable table, boolean upgrades) {
    boolean flushes = false;
    cpu.at(LOCK).spin_lock(table.lock());
    long old = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (Pte.present(old)) {
      long cleared = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      long pte = cleared & ~Pte.WRITE;
      if (upgrades && canChangePteWritable(cpu, pte)) {
        pte |= Pte.WRITE;
      }
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
      flushes = pte != cleared || !arch.knowsNeedlessFlushes();
    } else if (Pte.isMigration(old) || Pte.isDevicePrivate(old) || Pte.isDeviceExclusive(old)) {
      flushes = changeNonpresent(cpu, table, old);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (flushes) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
  }

  private boolean canChangePteWritable(Cpu cpu, long pte) {
    if (!Pte.dirty(pte) || (pte & (Pte.PROTNONE | Pte.UFFD_WP)) != 0) {
      return false;
    }
    Page page = Pte.page(memory, pte);
    return !kernel.has(UPGRADE)
        || (PageTests.pageAnon(cpu.at(UPGRADE), page)
            && cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags()));
  }

  /**
   * A writable migration entry of an anonymous page becomes readable-exclusive in S1 to S3. Whether
   * the entry changed, so that the TLB is flushed.
   */
  private boolean changeNonpresent(Cpu cpu, PageTable table, long entry) {
    if (!Pte.writable(entry)) {
      return false;
    }
    boolean keepsExclusive =
        Pte.isMigration(entry)
            && kernel.state().hasAnonExclusive()
            && kernel.has(KEEP_EXCLUSIVE)
            && PageTests.pageAnon(cpu.at(KEEP_EXCLUSIVE), Pte.page(memory, entry));
    long readable = entry & ~(Pte.WRITE | Pte.DIRTY);
    cpu.at(SET_ENTRY).WRITE_ONCE(table.pte(), readable | (keepsExclusive ? Pte.EXCLUSIVE : 0));
    return true;
  }
}
