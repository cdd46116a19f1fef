package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * free_huge_page() (mm/hugetlb.c), S0 to S3: the last reference of a page of hugetlb is gone, and
 * it goes back to the pool as a compound page.
 *
 * <p>S1 clears PG_anon_exclusive of the head before it resets mapping, with a wmb() between, as
 * free_pages_prepare() does; S2 and S3 do the same without a barrier. S0 has nothing to clear.
 *
 * <p>Left out: the pool and its lock, surplus pages, which go back to the page allocator, reserves
 * and cgroups; VM_BUG_ON of __ClearPageAnonExclusive(), whose answer folio_test_anon() has just
 * given.
 */
public final class HugetlbFree {
  public static final Steps STEPS = new Steps("free_huge_page");

  private static final Step CHECK =
      STEPS.step(
          "HR1", "free_huge_page", "VM_BUG_ON: _refcount is not 0, or compound_mapcount is not -1");
  private static final Step IS_ANON =
      STEPS.step("HR2", "free_huge_page, S1 to S3", "load mapping: folio_test_anon?");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.hunk(
          "HR3",
          "free_huge_page, S1 to S3",
          "anon: clear PG_anon_exclusive of the head, not atomically");
  private static final Step CLEAR_WMB =
      STEPS.hunk("HR4", "free_huge_page, S1", "anon: wmb, flag before mapping");
  private static final Step CLEAR_MAPPING =
      STEPS.step("HR5", "free_huge_page", "mapping becomes NULL");

  static {
    STEPS.mayMove(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
  }

  private HugetlbFree() {}

  static void freeHugePage(Kernel kernel, Cpu cpu, Page head) {
    cpu.VM_BUG_ON(cpu.at(CHECK).atomic_read(head.refcount()) != 0);
    cpu.VM_BUG_ON(cpu.atomic_read(head.block().compoundMapcount()) != -1);
    boolean clearsLate = kernel.moves(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
    if (!clearsLate) {
      clearExclusive(kernel, cpu, head);
    }
    cpu.at(CLEAR_MAPPING).write_plain_in_source(head.mapping(), 0);
    if (clearsLate) {
      clearExclusive(kernel, cpu, head);
    }
  }

  private static void clearExclusive(Kernel kernel, Cpu cpu, Page head) {
    if (kernel.has(CLEAR_EXCLUSIVE) && PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(head))) {
      cpu.at(CLEAR_EXCLUSIVE).__clear_bit(PageFlag.anonExclusive(kernel), head.flags());
      if (kernel.has(CLEAR_WMB)) {
        // Has no partner: PageSlab() has no barrier between T2 and T4.
        cpu.at(CLEAR_WMB).wmb();
      }
    }
  }
}
