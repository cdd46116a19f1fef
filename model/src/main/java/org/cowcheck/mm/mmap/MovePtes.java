package org.cowcheck.mm.mmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * move_ptes() (mm/mremap.c), S0 to S3: moves entries one by one, under the PT locks of both tables.
 * Present or not, an entry keeps its value; the page's counts and flags are not touched.
 *
 * <p>Left out: mmap_lock, which the caller holds for writing; the rmap locks; soft-dirty and
 * uffd-wp bits; the flush that swap-out may have deferred (flush_tlb_batched_pending).
 */
public final class MovePtes {
  public static final Steps STEPS = new Steps("move_ptes");

  /** The name of the note of an entry that was moved; its value is the location that it left. */
  public static final String MOVED_FROM = "moved from";

  private static final Step OLD_LOCK = STEPS.step("MR20", "move_ptes", "take the old PT lock");
  private static final Step NEW_LOCK = STEPS.step("MR21", "move_ptes", "take the new PT lock");
  private static final Step READ_PTE = STEPS.step("MR22", "move_ptes", "load the old PTE: none?");
  private static final Step CLEAR_PTE = STEPS.step("MR23", "move_ptes", "clear the old PTE");
  private static final Step SET_PTE = STEPS.step("MR24", "move_ptes", "store the new PTE");
  private static final Step FLUSH =
      STEPS.step("MR25", "move_ptes", "an entry was present: flush the TLB");
  private static final Step UNLOCK =
      STEPS.step("MR26", "move_ptes", "drop the new and the old PT lock");

  private final Arch arch;

  public MovePtes(Kernel kernel) {
    this.arch = new Arch(kernel);
  }

  /** Moves so many entries, from an entry and those after it to another and those after that. */
  public void move(Cpu cpu, Mm mm, PageTable from, PageTable to, int entries) {
    cpu.at(OLD_LOCK).spin_lock(from.lock());
    if (!to.lock().equals(from.lock())) {
      cpu.at(NEW_LOCK).spin_lock(to.lock());
    }
    boolean flushes = false;
    for (int i = 0; i < entries; i++) {
      PageTable old = from.at(from.index() + i);
      if (cpu.at(READ_PTE).read_plain_in_source(old.pte()) == 0) {
        continue;
      }
      long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), old);
      flushes |= Pte.present(pte);
      cpu.at(SET_PTE).WRITE_ONCE(to.at(to.index() + i).pte(), pte);
      cpu.note(MOVED_FROM, old.location());
    }
    if (flushes) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    cpu.at(UNLOCK);
    if (!to.lock().equals(from.lock())) {
      cpu.spin_unlock(to.lock());
    }
    cpu.spin_unlock(from.lock());
  }
}
