package org.cowcheck.mm.fault;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.AddToLru;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;

/**
 * do_huge_pmd_anonymous_page() for a write fault (mm/huge_memory.c): a huge page where there is no
 * PMD entry, S0 to S3.
 *
 * <p>Left out: the huge zero page, userfaultfd; the table that is deposited.
 */
public final class HugeFault {
  public static final Steps STEPS = new Steps("do_huge_pmd_anonymous_page");

  private static final Step CLEAR = STEPS.step("HP1", "clear_huge_page", "clear all pages");
  private static final Step UPTODATE =
      STEPS.step(
          "HP2", "__SetPageUptodate", "smp_wmb: contents before the PMD entry; set PG_uptodate");
  private static final Step LOCK =
      STEPS.step("HP3", "__do_huge_pmd_anonymous_page", "take the lock of the PMD entry");
  private static final Step NONE =
      STEPS.step("HP4", "__do_huge_pmd_anonymous_page", "load the PMD entry: none?");
  private static final Step SET =
      STEPS.step("HP5", "__do_huge_pmd_anonymous_page", "store the PMD entry: huge, writable");
  private static final Step UNLOCK =
      STEPS.step("HP6", "__do_huge_pmd_anonymous_page", "drop the lock of the PMD entry");

  private final Kernel kernel;

  public HugeFault(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Maps a free block of this CPU.
   *
   * @return whether it was mapped; if there is a PMD entry meanwhile, the page is put
   */
  public boolean doHugePmdAnonymousPage(Cpu cpu, PageTable table, FreeList pages, PageFree free) {
    Page head = PageAlloc.allocPages(cpu, pages, table.size());
    cpu.at(CLEAR);
    for (Page page : head.block().pages()) {
      cpu.WRITE_ONCE(page.contents(), 0);
    }
    cpu.at(UPTODATE).smp_wmb();
    cpu.__set_bit(PageFlag.PG_UPTODATE, head.flags());
    cpu.at(LOCK).spin_lock(table.above().lock());
    if (cpu.at(NONE).read_plain_in_source(table.pmd()) != 0) {
      cpu.at(UNLOCK).spin_unlock(table.above().lock());
      free.putPage(cpu, head);
      return false;
    }
    CompoundRmap.addNew(kernel, cpu, head);
    AddToLru.folioAddLru(kernel, cpu, head, free);
    cpu.at(SET).WRITE_ONCE(table.pmd(), Pte.huge(head, true));
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return true;
  }
}
