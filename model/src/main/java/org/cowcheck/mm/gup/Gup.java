package org.cowcheck.mm.gup;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * internal_get_user_pages_fast() of one page (mm/gup.c): GUP-fast, and the slow path if that backs
 * off, S0 to S3.
 */
public final class Gup {
  private final Kernel kernel;
  private final GupFast fast;
  private final SlowGup slow;

  /**
   * GUP under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   * @param pages the free pages of this CPU
   */
  public Gup(Kernel kernel, Memory memory, PageFree free, FreeList pages) {
    this.kernel = kernel;
    this.fast = new GupFast(kernel, memory, free);
    this.slow = new SlowGup(kernel, memory, free, pages);
  }

  /** pin_user_pages_fast() or get_user_pages_fast() of anonymous memory, as the flags say. */
  public Page getUserPagesFast(Cpu cpu, Mm mm, PageTable table, GupFlags flags) {
    return getUserPagesFast(cpu, mm, Vma.ANON, table, flags);
  }

  /** pin_user_pages_fast() or get_user_pages_fast(), as the flags say. */
  public Page getUserPagesFast(Cpu cpu, Mm mm, Vma vma, PageTable table, GupFlags flags) {
    Page page = fast.getUserPagesFast(cpu, mm, table, SlowGup.forcedCow(kernel, flags));
    return page != null ? page : slow.getUserPages(cpu, mm, vma, table, flags);
  }
}
