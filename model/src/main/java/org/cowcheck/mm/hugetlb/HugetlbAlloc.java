package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;

/**
 * alloc_huge_page() and what its callers do to a new page before they map it (mm/hugetlb.c), S0 to
 * S3: the page comes out of the pool as a compound page.
 *
 * <p>Left out: hugetlb_lock, since each CPU has free pages of its own; reservations, cgroups, and
 * pages that come from the page allocator.
 */
public final class HugetlbAlloc {
  public static final Steps STEPS = new Steps("alloc_huge_page");

  private static final Step CHECK =
      STEPS.step("HA1", "set_page_refcounted", "VM_BUG_ON: _refcount is not 0");
  private static final Step REFCOUNT =
      STEPS.step("HA2", "set_page_refcounted", "_refcount becomes 1");
  private static final Step CLEAR = STEPS.step("HA3", "clear_huge_page", "clear all pages");
  private static final Step COPY = STEPS.step("HA4", "copy_user_huge_page", "copy all pages");
  private static final Step UPTODATE =
      STEPS.step("HA5", "__SetPageUptodate", "smp_wmb, set PG_uptodate, not atomically");

  private HugetlbAlloc() {}

  /** alloc_huge_page(): the head of a free page of hugetlb. */
  static Page allocHugePage(Cpu cpu, FreeList pages) {
    Page head = pages.take(HugetlbVma.PAGES);
    cpu.VM_BUG_ON(cpu.at(CHECK).atomic_read(head.refcount()) != 0);
    cpu.at(REFCOUNT).atomic_set(head.refcount(), 1);
    return head;
  }

  /** clear_huge_page(). */
  static void clearHugePage(Cpu cpu, Page head) {
    cpu.at(CLEAR);
    for (Page page : head.block().pages()) {
      cpu.WRITE_ONCE(page.contents(), 0);
    }
  }

  /** copy_user_huge_page(). */
  static void copyHugePage(Cpu cpu, Page to, Page from) {
    cpu.at(COPY);
    for (Page page : to.block().pages()) {
      Page original = from.block().pages().get(page.index());
      cpu.WRITE_ONCE(page.contents(), cpu.READ_ONCE(original.contents()));
    }
  }

  /** __SetPageUptodate(). */
  static void setPageUptodate(Cpu cpu, Page head) {
    cpu.at(UPTODATE).smp_wmb();
    cpu.__set_bit(PG_UPTODATE, head.flags());
  }
}
