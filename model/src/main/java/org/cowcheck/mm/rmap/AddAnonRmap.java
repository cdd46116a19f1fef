package org.cowcheck.mm.rmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * page_add_anon_rmap() of one page (mm/rmap.c), S0 to S3: one more entry maps it.
 *
 * <p>Nothing orders the flag before the entry that the caller stores next.
 *
 * <p>Left out: that mapping is loaded again after the count; the index; SetPageAnonExclusive()
 * looks at mapping, too.
 */
public final class AddAnonRmap {
  public static final Steps STEPS = new Steps("page_add_anon_rmap");

  private static final Step LOCKED =
      STEPS.step(
          "RG20", "page_add_anon_rmap", "load mapping: PageKsm? else VM_BUG_ON: not PG_locked");
  private static final Step MAPCOUNT =
      STEPS.step("RG21", "page_add_anon_rmap", "_mapcount + 1: the first mapping?");
  private static final Step NOT_FIRST =
      STEPS.step(
          "RG22",
          "page_add_anon_rmap, S1 to S3",
          "not the first: VM_BUG_ON RMAP_EXCLUSIVE or PG_anon_exclusive");
  private static final Step MAPPING =
      STEPS.step(
          "RG22a", "__page_set_anon_rmap", "the first: PageAnon already? else store mapping");
  private static final Step EXCLUSIVE =
      STEPS.step("RG23", "__page_set_anon_rmap, S1 to S3", "set PG_anon_exclusive, atomically");

  private AddAnonRmap() {}

  /**
   * Adds a mapping.
   *
   * @param exclusive RMAP_EXCLUSIVE
   */
  public static void pageAddAnonRmap(Kernel kernel, Cpu cpu, Page page, boolean exclusive) {
    Page head = Folio.of(cpu.at(LOCKED), page);
    boolean isKsm = PageTests.folioTestKsm(cpu, head);
    cpu.VM_BUG_ON(!isKsm && !cpu.test_bit(PageFlag.PG_LOCKED, head.flags()));
    boolean first = cpu.at(MAPCOUNT).atomic_inc_and_test(page.mapcount());
    if (!first) {
      check(kernel, cpu.at(NOT_FIRST), page, exclusive);
    } else if (!isKsm) {
      setAnonRmap(kernel, cpu, page, exclusive);
    }
  }

  private static void check(Kernel kernel, Cpu cpu, Page page, boolean exclusive) {
    if (kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(exclusive || cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags()));
    }
  }

  private static void setAnonRmap(Kernel kernel, Cpu cpu, Page page, boolean exclusive) {
    if (!PageTests.pageAnon(cpu.at(MAPPING), page)) {
      cpu.WRITE_ONCE(page.mapping(), Page.ANON_VMA);
    }
    if (exclusive && kernel.state().hasAnonExclusive()) {
      cpu.at(EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), page.flags());
    }
  }
}
