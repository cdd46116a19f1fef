package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * move_ptes() (mm/mremap.c) and move_huge_pmd() (mm/huge_memory.c): mremap() of some pages, or of a
 * whole huge page, to another table, S0 to S3. PG_anon_exclusive and the counts stay as they are.
 *
 * <p>A part of a huge page that a PMD entry maps is moved by splitting the PMD entry first ({@link
 * SplitHugePmd}).
 *
 * <p>Left out: mmap_lock, which mremap() holds for writing; the rmap locks; moving a table as a
 * whole (move_normal_pmd()); soft-dirty and userfaultfd bits.
 */
public final class MoveTables {
  public static final Steps STEPS = new Steps("move_page_tables");

  private static final Step LOCK_OLD =
      STEPS.step("HP20", "move_ptes", "take the PT lock of the old table");
  private static final Step LOCK_NEW =
      STEPS.step("HP21", "move_ptes", "take the PT lock of the new table");
  private static final Step READ = STEPS.step("HP22", "move_ptes", "load the old PTE: none?");
  private static final Step CLEAR = STEPS.step("HP23", "move_ptes", "clear the old PTE");
  private static final Step SET = STEPS.step("HP24", "move_ptes", "store the new PTE");
  private static final Step FLUSH =
      STEPS.step("HP25", "move_ptes", "flush the TLB, with both locks held");
  private static final Step UNLOCK =
      STEPS.step("HP26", "move_ptes", "drop the PT locks of the new and the old table");
  private static final Step LOCK_OLD_PMD =
      STEPS.step("HP27", "move_huge_pmd", "take the lock of the old PMD entry");
  private static final Step READ_PMD =
      STEPS.step("HP28", "move_huge_pmd", "load the old PMD entry: huge?");
  private static final Step LOCK_NEW_PMD =
      STEPS.step("HP29", "move_huge_pmd", "take the lock of the new PMD entry");
  private static final Step CLEAR_PMD =
      STEPS.step("HP30", "move_huge_pmd", "clear the old PMD entry");
  private static final Step SET_PMD =
      STEPS.step("HP31", "move_huge_pmd", "VM_BUG_ON: the new PMD entry is not none; store it");
  private static final Step FLUSH_PMD =
      STEPS.step("HP32", "move_huge_pmd", "flush the TLB, with both locks held");
  private static final Step UNLOCK_PMD =
      STEPS.step("HP33", "move_huge_pmd", "drop the locks of the new and the old PMD entry");

  private final Arch arch;
  private final ArchPmd archPmd;

  public MoveTables(Kernel kernel) {
    this.arch = new Arch(kernel);
    this.archPmd = new ArchPmd(kernel);
  }

  /** Moves so many entries, from one on, to another table from the entry that it is at on. */
  public void movePtes(Cpu cpu, Mm mm, PageTable from, PageTable to, int count) {
    cpu.at(LOCK_OLD).spin_lock(from.lock());
    cpu.at(LOCK_NEW).spin_lock(to.lock());
    boolean flushes = false;
    for (int i = 0; i < count; i++) {
      PageTable old = from.at(from.index() + i);
      if (cpu.at(READ).read_plain_in_source(old.pte()) != 0) {
        long pte = arch.ptepGetAndClear(cpu.at(CLEAR), old);
        flushes |= Pte.present(pte);
        cpu.at(SET).WRITE_ONCE(to.at(to.index() + i).pte(), pte);
      }
    }
    if (flushes) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    cpu.at(UNLOCK).spin_unlock(to.lock());
    cpu.spin_unlock(from.lock());
  }

  /**
   * Moves a PMD entry that is about a huge page to one that is none.
   *
   * @param to the table that is deposited with the new entry, in place of the old one's
   * @return whether it was huge
   */
  public boolean moveHugePmd(Cpu cpu, Mm mm, PageTable from, PageTable to) {
    cpu.at(LOCK_OLD_PMD).spin_lock(from.above().lock());
    if (!Pte.isHuge(cpu.at(READ_PMD).read_plain_in_source(from.pmd()))) {
      cpu.spin_unlock(from.above().lock());
      return false;
    }
    cpu.at(LOCK_NEW_PMD).spin_lock(to.above().lock());
    long pmd = archPmd.hugeGetAndClear(cpu.at(CLEAR_PMD), from.pmd());
    cpu.VM_BUG_ON(cpu.at(SET_PMD).read_plain_in_source(to.pmd()) != 0);
    cpu.WRITE_ONCE(to.pmd(), pmd);
    if (Pte.pmdPresent(pmd)) {
      archPmd.flush(cpu.at(FLUSH_PMD), mm);
    }
    cpu.at(UNLOCK_PMD).spin_unlock(to.above().lock());
    cpu.spin_unlock(from.above().lock());
    return true;
  }
}
