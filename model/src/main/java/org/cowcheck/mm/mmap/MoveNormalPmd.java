package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * mremap() of a PMD-sized extent of a file mapping: move_page_tables(), move_pgt_entry() and
 * move_normal_pmd() (mm/mremap.c), S0 to S3. The page table is moved as a whole.
 *
 * <p>The old PMD entry is looked at without any lock but mmap_lock (MR2), and moved under its own
 * (MR8), without a second look until 6fa1066fc5d0 (v6.12, MR9). That is enough as long as whoever
 * takes a page table away holds mmap_lock for writing.
 *
 * <p>Left out: the vmas, userfaultfd, MMU notifiers, and the entry-by-entry way ({@link MovePtes}),
 * which finds nothing to move where the second look fails.
 */
public final class MoveNormalPmd {
  public static final Steps STEPS = new Steps("move_normal_pmd");

  private static final Step MMAP_LOCK = STEPS.step("MR1", "mremap", "take mmap_lock for writing");
  private static final Step READ_OLD =
      STEPS.step("MR2", "move_page_tables", "load the old PMD entry: a page table?");
  private static final Step RMAP_LOCK =
      STEPS.step("MR3", "take_rmap_locks", "take i_mmap_rwsem for writing");
  private static final Step READ_NEW =
      STEPS.step("MR4", "move_normal_pmd", "load the new PMD entry: none?");
  private static final Step OLD_LOCK =
      STEPS.step("MR6", "move_normal_pmd", "take the old PMD lock");
  private static final Step NEW_LOCK =
      STEPS.step("MR7", "move_normal_pmd", "take the new PMD lock");
  private static final Step READ_AGAIN =
      STEPS.step("MR8", "move_normal_pmd", "load the old PMD entry");
  private static final Step STILL_TABLE =
      STEPS.later("MR9", "move_normal_pmd, 6fa1066fc5d0", "still a page table? else give up");
  private static final Step CLEAR_OLD =
      STEPS.step("MR10", "pmd_clear", "store the old PMD entry: none");
  private static final Step NEW_NONE =
      STEPS.step("MR11", "move_normal_pmd, DEBUG_VM", "VM_BUG_ON: the new PMD entry is not none");
  private static final Step SET_NEW =
      STEPS.step("MR12", "pmd_populate", "store the new PMD entry: the page table");
  private static final Step FLUSH = STEPS.step("MR13", "move_normal_pmd", "flush the TLB");
  private static final Step UNLOCK =
      STEPS.step("MR14", "move_normal_pmd", "drop the new and the old PMD lock");
  private static final Step RMAP_UNLOCK =
      STEPS.step("MR15", "drop_rmap_locks", "drop i_mmap_rwsem");
  private static final Step MMAP_UNLOCK = STEPS.step("MR16", "mremap", "drop mmap_lock");

  private final Kernel kernel;
  private final Arch arch;
  private final ArchPmd archPmd;
  private final PageTable frame0;

  /**
   * Moving under a kernel.
   *
   * @param frame0 the memory at physical address 0: pmd_pgtable() of an entry that is none
   */
  public MoveNormalPmd(Kernel kernel, PageTable frame0) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.archPmd = new ArchPmd(kernel);
    this.frame0 = frame0;
  }

  /** Moves a page table from one PMD entry to another; whether it did. */
  public boolean mremap(Cpu cpu, FileMapping mapping, Mm mm, Pmd from, Pmd to) {
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    boolean moved = false;
    if (Pte.isTable(cpu.at(READ_OLD).read_plain_in_source(from.entry()))) {
      cpu.at(RMAP_LOCK).spin_lock(mapping.iMmapLock());
      moved = moveNormalPmd(cpu, mm, from, to);
      cpu.at(RMAP_UNLOCK).spin_unlock(mapping.iMmapLock());
    }
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    return moved;
  }

  private boolean moveNormalPmd(Cpu cpu, Mm mm, Pmd from, Pmd to) {
    if (cpu.at(READ_NEW).read_plain_in_source(to.entry()) != 0) {
      return false;
    }
    cpu.at(OLD_LOCK).spin_lock(from.lock());
    cpu.at(NEW_LOCK).spin_lock(to.lock());
    long pmd = cpu.at(READ_AGAIN).read_plain_in_source(from.entry());
    boolean moves = !kernel.adds(STILL_TABLE) || Pte.isTable(pmd);
    if (moves) {
      cpu.at(CLEAR_OLD).WRITE_ONCE(from.entry(), 0);
      cpu.at(NEW_NONE);
      cpu.VM_BUG_ON(cpu.read_plain_in_source(to.entry()) != 0);
      archPmd.populate(cpu.at(SET_NEW), to.entry(), pmd == 0 ? frame0.asPmd() : pmd);
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    cpu.at(UNLOCK).spin_unlock(to.lock());
    cpu.spin_unlock(from.lock());
    return moves;
  }
}
