package org.cowcheck.mm.userfaultfd;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.patch.Kernel;

/**
 * UFFDIO_COPY of one page in a private mapping: mcopy_atomic_pte() (mm/userfaultfd.c), S0 to S3:
 * maps a new page with contents that come from user memory. The entry is filled as by {@link
 * UffdContinue}, but no page of the page cache is locked.
 *
 * <p>Left out: the user memory that is copied, which is a value here; UFFD_WP; the LRU batch.
 */
public final class UffdCopy {
  public static final Steps STEPS = new Steps("mcopy_atomic_pte");

  private static final Step MMAP_LOCK =
      STEPS.step("FG80", "mfill_atomic", "take mmap_lock for reading");
  private static final Step COPY =
      STEPS.step(
          "FG81",
          "mcopy_atomic_pte",
          "copy the contents, smp_wmb, set PG_uptodate, not atomically");
  private static final Step SET_PTE =
      STEPS.step("FG82", "mfill_atomic_install_pte", "store the PTE: the new page, writable");
  private static final Step PUT =
      STEPS.step("FG83", "mcopy_atomic_pte", "not mapped: drop the reference");
  private static final Step MMAP_UNLOCK = STEPS.step("FG84", "mfill_atomic", "drop mmap_lock");

  private final Kernel kernel;
  private final PageFree free;

  /**
   * UFFDIO_COPY under a kernel.
   *
   * @param free takes back a reference
   */
  public UffdCopy(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /**
   * Maps a new page at an entry, if that is none.
   *
   * @param contents what the page is to hold
   * @param pages the free pages of this CPU
   * @return whether it did
   */
  public boolean copyPage(Cpu cpu, Mm mm, PageTable table, long contents, FreeList pages) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), mm);
    Page page = PageAlloc.allocPage(cpu, pages);
    cpu.at(COPY).WRITE_ONCE(page.contents(), contents);
    cpu.smp_wmb();
    cpu.__set_bit(PG_UPTODATE, page.flags());
    boolean mapped =
        UffdContinue.installPte(
            cpu,
            table,
            () -> {
              AnonRmap.pageAddNewAnonRmap(kernel, cpu, page);
              cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.writable(page));
            });
    if (!mapped) {
      free.putPage(cpu.at(PUT), page);
    }
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), mm);
    return mapped;
  }
}
