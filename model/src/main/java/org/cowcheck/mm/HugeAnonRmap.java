package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * page_add_new_anon_rmap() of a compound page that a PMD entry is about to map (mm/rmap.c), S0 to
 * S3. Nothing orders the stores.
 */
final class HugeAnonRmap {
  static final Steps STEPS = new Steps("page_add_new_anon_rmap, compound");

  private static final Step SWAPBACKED =
      STEPS.step("KH43", "page_add_new_anon_rmap", "set PG_swapbacked, not atomically");
  private static final Step COUNTS =
      STEPS.step(
          "KH44",
          "page_add_new_anon_rmap",
          "compound_mapcount becomes 0: mapped once; compound_pincount becomes 0");
  private static final Step MAPPING =
      STEPS.step(
          "KH45", "__page_set_anon_rmap", "PageAnon already? else store mapping: anon_vma, tagged");
  private static final Step EXCLUSIVE =
      STEPS.step("KH46", "SetPageAnonExclusive, S1 to S3", "set PG_anon_exclusive, atomically");

  private HugeAnonRmap() {}

  static void pageAddNewAnonRmap(Kernel kernel, Cpu cpu, Page head) {
    cpu.at(SWAPBACKED).__set_bit(PageFlag.PG_SWAPBACKED, head.flags());
    cpu.at(COUNTS).atomic_set(head.block().compoundMapcount(), 0);
    cpu.atomic_set(head.block().compoundPincount(), 0);
    if (!PageTests.pageAnon(cpu.at(MAPPING), head)) {
      cpu.WRITE_ONCE(head.mapping(), Page.ANON_VMA);
    }
    if (kernel.state().hasAnonExclusive()) {
      cpu.at(EXCLUSIVE);
      long mapping = cpu.read_plain_in_source(head.mapping());
      cpu.VM_BUG_ON((mapping & Page.MAPPING_FLAGS) != Page.MAPPING_ANON);
      cpu.set_bit(PageFlag.anonExclusive(kernel.state()), head.flags());
    }
  }
}
