package org.cowcheck.mm.fault;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.patch.Kernel;

/**
 * do_anonymous_page() for a write fault (mm/memory.c), S0 to S3.
 *
 * <p>Left out: the zero page, userfaultfd, and lru_cache_add(), which puts the page into a batch of
 * this CPU; PG_lru is set when the batch is drained, and is not set here.
 */
public final class Fault {
  public static final Steps STEPS = new Steps("do_anonymous_page");

  private static final Step CLEAR = STEPS.step("D0", "clear_user_highpage", "clear the contents");
  private static final Step UPTODATE_WMB =
      STEPS.step("D1", "__SetPageUptodate", "smp_wmb: contents before the PTE");
  private static final Step UPTODATE =
      STEPS.step("D2", "__SetPageUptodate", "set PG_uptodate, not atomically");
  private static final Step LOCK = STEPS.step("D3", "do_anonymous_page", "take the PT lock");
  private static final Step PTE_NONE = STEPS.step("D4", "do_anonymous_page", "load the PTE: none?");
  private static final Step SET_PTE =
      STEPS.step("D5", "do_anonymous_page", "store the PTE: present, writable");
  private static final Step UNLOCK = STEPS.step("D6", "do_anonymous_page", "drop the PT lock");

  private final Kernel kernel;

  public Fault(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Maps a free page of this CPU.
   *
   * @param table the walk that arrived at the entry
   * @return whether the page was mapped; if the entry was taken, the page is put
   */
  public boolean doAnonymousPage(Cpu cpu, PageTable table, FreeList pages, PageFree free) {
    return doAnonymousPage(cpu, Ref.to(table), pages, free);
  }

  /** The same, by a walk that has just loaded the PMD entry. */
  boolean doAnonymousPage(Cpu cpu, Ref<PageTable> walked, FreeList pages, PageFree free) {
    PageTable table = walked.target();
    Page page = PageAlloc.allocPage(cpu, pages);
    page.clear(cpu.at(CLEAR));
    cpu.at(UPTODATE_WMB).smp_wmb();
    cpu.at(UPTODATE).__set_bit(PageFlag.PG_UPTODATE, page.flags());
    cpu.at(LOCK).spin_lock(table.lock());
    if (cpu.at(PTE_NONE).read_plain_in_source(walked.at(PageTable::pte)) != 0) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      free.putPage(cpu, page);
      return false;
    }
    AnonRmap.pageAddNewAnonRmap(kernel, cpu, page);
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.writable(page));
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return true;
  }
}
