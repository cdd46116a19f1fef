package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;

/**
 * move_huge_pmd() (mm/huge_memory.c): mremap() of a whole huge page to another PMD entry, S0 to S3.
 * PG_anon_exclusive and the counts stay as they are.
 *
 * <p>A part of a huge page that a PMD entry maps is moved by splitting the PMD entry first ({@link
 * SplitHugePmd}), and its PTE ({@link MovePtes}).
 *
 * <p>Left out: mmap_lock, which mremap() holds for writing; the rmap locks; soft-dirty and
 * userfaultfd bits.
 */
public final class MoveHugePmd {
  public static final Steps STEPS = new Steps("move_huge_pmd");

  private static final Step LOCK_OLD =
      STEPS.step("HP27", "move_huge_pmd", "take the lock of the old PMD entry");
  private static final Step READ =
      STEPS.step("HP28", "move_huge_pmd", "load the old PMD entry: huge?");
  private static final Step LOCK_NEW =
      STEPS.step("HP29", "move_huge_pmd", "take the lock of the new PMD entry");
  private static final Step CLEAR = STEPS.step("HP30", "move_huge_pmd", "clear the old PMD entry");
  private static final Step SET =
      STEPS.step("HP31", "move_huge_pmd", "VM_BUG_ON: the new PMD entry is not none; store it");
  private static final Step FLUSH =
      STEPS.step("HP32", "move_huge_pmd", "flush the TLB, with both locks held");
  private static final Step UNLOCK =
      STEPS.step("HP33", "move_huge_pmd", "drop the locks of the new and the old PMD entry");

  private final ArchPmd arch;

  public MoveHugePmd(Kernel kernel) {
    this.arch = new ArchPmd(kernel);
  }

  /**
   * Moves a PMD entry that is about a huge page to one that is none.
   *
   * @param to the table that is deposited with the new entry, in place of the old one's
   * @return whether it was huge
   */
  public boolean moveHugePmd(Cpu cpu, Mm mm, PageTable from, PageTable to) {
    cpu.at(LOCK_OLD).spin_lock(from.above().lock());
    if (!Pte.isHuge(cpu.at(READ).read_plain_in_source(from.pmd()))) {
      cpu.spin_unlock(from.above().lock());
      return false;
    }
    cpu.at(LOCK_NEW).spin_lock(to.above().lock());
    long pmd = arch.hugeGetAndClear(cpu.at(CLEAR), from.pmd());
    cpu.VM_BUG_ON(cpu.at(SET).read_plain_in_source(to.pmd()) != 0);
    cpu.WRITE_ONCE(to.pmd(), pmd);
    if (Pte.pmdPresent(pmd)) {
      arch.flush(cpu.at(FLUSH), mm);
    }
    cpu.at(UNLOCK).spin_unlock(to.above().lock());
    cpu.spin_unlock(from.above().lock());
    return true;
  }
}
