package org.cowcheck.mm.rmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * page_add_new_anon_rmap() and __page_set_anon_rmap() of a small page (mm/rmap.c), S0 to S3.
 *
 * <p>Nothing orders the store of mapping before the flag is set.
 */
public final class AnonRmap {
  public static final Steps STEPS = new Steps("page_add_new_anon_rmap");

  private static final Step SWAPBACKED =
      STEPS.step("N1", "page_add_new_anon_rmap", "set PG_swapbacked, not atomically");
  private static final Step MAPCOUNT =
      STEPS.step("N2", "page_add_new_anon_rmap", "_mapcount becomes 0: mapped once");
  private static final Step IS_ANON = STEPS.step("N3", "__page_set_anon_rmap", "PageAnon already?");
  private static final Step MAPPING =
      STEPS.step("N4", "__page_set_anon_rmap", "store mapping: anon_vma, tagged");
  private static final Step CHECK =
      STEPS.step("N5", "SetPageAnonExclusive, S1 to S3", "VM_BUG_ON: not anon, or KSM");
  private static final Step EXCLUSIVE =
      STEPS.step("N6", "SetPageAnonExclusive, S1 to S3", "set PG_anon_exclusive, atomically");

  private AnonRmap() {}

  /** Makes a new page one of this process alone, before an entry maps it. */
  public static void pageAddNewAnonRmap(Kernel kernel, Cpu cpu, Page page) {
    cpu.at(SWAPBACKED).__set_bit(PageFlag.PG_SWAPBACKED, page.flags());
    cpu.at(MAPCOUNT).atomic_set(page.mapcount(), 0);
    if (!PageTests.pageAnon(cpu.at(IS_ANON), page)) {
      cpu.at(MAPPING).WRITE_ONCE(page.mapping(), Page.ANON_VMA);
    }
    if (kernel.state().hasAnonExclusive()) {
      cpu.at(CHECK);
      Ref<Page> head = PageTests.compoundHead(cpu, Ref.to(page));
      long mapping = cpu.read_plain_in_source(head.at(Page::mapping));
      cpu.VM_BUG_ON((mapping & Page.MAPPING_FLAGS) != Page.MAPPING_ANON);
      cpu.at(EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), page.flags());
    }
  }
}
