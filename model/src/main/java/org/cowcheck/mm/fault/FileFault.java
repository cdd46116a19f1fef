package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.patch.Kernel;

/**
 * do_read_fault() and do_cow_fault() of a private mapping (mm/memory.c), whose file has one page in
 * the page cache, S0 to S3: a read maps that page, a write maps a copy of it.
 *
 * <p>Left out: the lookup in the page cache, which nobody takes the page from; faultaround;
 * sleeping on the page lock: a fault that finds it taken is to be tried again.
 */
public final class FileFault {
  public static final Steps STEPS = new Steps("do_fault");

  private static final Step GET =
      STEPS.step("FG41", "filemap_fault", "_refcount + 1 unless 0; lock the page");
  private static final Step COPY =
      STEPS.step(
          "FG42", "do_cow_fault", "copy the contents, smp_wmb, set PG_uptodate, not atomically");
  private static final Step LOCK = STEPS.step("FG43", "finish_fault", "take the PT lock");
  private static final Step NONE = STEPS.step("FG44", "finish_fault", "load the PTE: still none?");
  private static final Step ADD_RMAP = STEPS.step("FG45", "page_add_file_rmap", "_mapcount + 1");
  private static final Step SET_PTE =
      STEPS.step("FG46", "do_set_pte", "store the PTE: the page cache page, read-only");
  private static final Step SET_COPY =
      STEPS.step(
          "FG47", "do_set_pte", "store the PTE: the copy, dirty, writable if the mapping is");
  private static final Step UNLOCK = STEPS.step("FG48", "finish_fault", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("FG49", "do_fault", "unlock the page: clear PG_locked");
  private static final Step PUT =
      STEPS.step("FG50", "do_fault", "drop the reference of the page that is not mapped");

  private final Kernel kernel;
  private final PageFree free;

  FileFault(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /** do_fault() of an entry that is none. */
  void doFault(Cpu cpu, Vma vma, PageTable table, boolean write, FreeList pages) {
    Page file = vma.file();
    if (!cpu.at(GET).atomic_add_unless(file.refcount(), 1, 0)) {
      return;
    }
    if (cpu.test_and_set_bit_lock(PG_LOCKED, file.flags())) {
      free.putPage(cpu.at(PUT), file);
      return;
    }
    if (write) {
      doCowFault(cpu, vma, table, pages);
    } else {
      doReadFault(cpu, table, file);
    }
  }

  private void doReadFault(Cpu cpu, PageTable table, Page file) {
    boolean mapped = lockIfNone(cpu, table);
    if (mapped) {
      cpu.at(ADD_RMAP).atomic_inc_and_test(file.mapcount());
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.readOnly(file));
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, file.flags());
    if (!mapped) {
      free.putPage(cpu.at(PUT), file);
    }
  }

  private void doCowFault(Cpu cpu, Vma vma, PageTable table, FreeList pages) {
    Page file = vma.file();
    Page copy = PageAlloc.allocPage(cpu, pages);
    copy.copyFrom(cpu.at(COPY), file);
    cpu.smp_wmb();
    cpu.__set_bit(PG_UPTODATE, copy.flags());
    boolean mapped = lockIfNone(cpu, table);
    if (mapped) {
      AnonRmap.pageAddNewAnonRmap(kernel, cpu, copy);
      cpu.at(SET_COPY).WRITE_ONCE(table.pte(), vma.maybeMkwrite(Pte.readOnly(copy) | Pte.DIRTY));
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, file.flags());
    free.putPage(cpu.at(PUT), file);
    if (!mapped) {
      free.putPage(cpu, copy);
    }
  }

  private static boolean lockIfNone(Cpu cpu, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    return cpu.at(NONE).recheck(table.pte(), 0);
  }
}
