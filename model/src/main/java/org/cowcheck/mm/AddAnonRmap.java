package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * page_add_anon_rmap() of a small page that is anonymous already (mm/rmap.c), S0 to S3: one more
 * entry maps it.
 *
 * <p>Nothing orders the flag before the entry that the caller stores next.
 *
 * <p>Left out: that mapping is looked at again, which the callers have just done; the index.
 */
final class AddAnonRmap {
  static final Steps STEPS = new Steps("page_add_anon_rmap");

  private static final Step LOCKED =
      STEPS.step("RG20", "page_add_anon_rmap", "VM_BUG_ON: the page is not locked");
  private static final Step MAPCOUNT =
      STEPS.step("RG21", "page_add_anon_rmap", "_mapcount + 1: the first mapping?");
  private static final Step NOT_FIRST =
      STEPS.step(
          "RG22",
          "page_add_anon_rmap, S1 to S3",
          "not the first: VM_BUG_ON RMAP_EXCLUSIVE or PG_anon_exclusive");
  private static final Step EXCLUSIVE =
      STEPS.step("RG23", "__page_set_anon_rmap, S1 to S3", "set PG_anon_exclusive, atomically");

  private AddAnonRmap() {}

  /**
   * Adds a mapping.
   *
   * @param exclusive RMAP_EXCLUSIVE
   */
  static void pageAddAnonRmap(Kernel kernel, Cpu cpu, Page page, boolean exclusive) {
    cpu.VM_BUG_ON(!cpu.at(LOCKED).test_bit(PageFlag.PG_LOCKED, page.flags()));
    boolean first = cpu.at(MAPCOUNT).atomic_inc_and_test(page.mapcount());
    if (!kernel.state().hasAnonExclusive()) {
      return;
    }
    int flag = PageFlag.anonExclusive(kernel.state());
    if (!first) {
      cpu.VM_BUG_ON(exclusive || cpu.at(NOT_FIRST).test_bit(flag, page.flags()));
    } else if (exclusive) {
      cpu.at(EXCLUSIVE).set_bit(flag, page.flags());
    }
  }
}
