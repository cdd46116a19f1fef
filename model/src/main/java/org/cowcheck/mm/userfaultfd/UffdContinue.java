package org.cowcheck.mm.userfaultfd;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;

/**
 * UFFDIO_CONTINUE of one page in a private mapping: mcontinue_atomic_pte() and
 * mfill_atomic_install_pte() (mm/userfaultfd.c), S0 to S3: maps the page cache page, read-only, and
 * dirty all the same.
 *
 * <p>Left out: the lookup in the page cache, UFFD_WP, the checks of the mapping.
 */
public final class UffdContinue {
  public static final Steps STEPS = new Steps("mcontinue_atomic_pte");

  private static final Step MMAP_LOCK =
      STEPS.step("FG30", "mfill_atomic", "take mmap_lock for reading");
  private static final Step GET =
      STEPS.step("FG31", "shmem_get_folio", "_refcount + 1 unless 0; lock the page");
  private static final Step LOCK =
      STEPS.step("FG32", "mfill_atomic_install_pte", "take the PT lock");
  private static final Step NONE =
      STEPS.step("FG33", "mfill_atomic_install_pte", "load the PTE: none?");
  private static final Step ADD_RMAP = STEPS.step("FG34", "page_add_file_rmap", "_mapcount + 1");
  private static final Step SET_PTE =
      STEPS.step(
          "FG35",
          "mfill_atomic_install_pte",
          "store the PTE: the page cache page, read-only, dirty");
  private static final Step UNLOCK =
      STEPS.step("FG36", "mfill_atomic_install_pte", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("FG37", "mcontinue_atomic_pte", "unlock the page: clear PG_locked");
  private static final Step PUT =
      STEPS.step("FG38", "mcontinue_atomic_pte", "not mapped: drop the reference");
  private static final Step MMAP_UNLOCK = STEPS.step("FG39", "mfill_atomic", "drop mmap_lock");

  private final PageFree free;

  /** What takes back a reference. */
  public UffdContinue(PageFree free) {
    this.free = free;
  }

  /** Maps the page that the file has for an entry, if that is none; whether it did. */
  public boolean mapPage(Cpu cpu, Mm mm, PageTable table, Page file) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), mm);
    boolean mapped = mcontinueAtomicPte(cpu, table, file);
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), mm);
    return mapped;
  }

  private boolean mcontinueAtomicPte(Cpu cpu, PageTable table, Page file) {
    if (!cpu.at(GET).atomic_add_unless(file.refcount(), 1, 0)) {
      return false;
    }
    if (cpu.test_and_set_bit_lock(PG_LOCKED, file.flags())) {
      free.putPage(cpu.at(PUT), file);
      return false;
    }
    boolean mapped =
        installPte(
            cpu,
            table,
            () -> {
              cpu.at(ADD_RMAP).atomic_inc_and_test(file.mapcount());
              cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.readOnly(file) | Pte.DIRTY);
            });
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, file.flags());
    if (!mapped) {
      free.putPage(cpu.at(PUT), file);
    }
    return mapped;
  }

  /** mfill_atomic_install_pte(): maps something at an entry that is none; whether it is. */
  static boolean installPte(Cpu cpu, PageTable table, Runnable map) {
    cpu.at(LOCK).spin_lock(table.lock());
    boolean none = cpu.at(NONE).recheck(table.pte(), 0);
    if (none) {
      map.run();
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return none;
  }
}
