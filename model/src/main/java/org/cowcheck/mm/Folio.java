package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;

/**
 * page_folio() and folio_get() of a page that cannot change folios meanwhile (include/linux/mm.h).
 * Callers label the step.
 *
 * <p>Left out: that compound_head of a page is loaded which was never part of a larger one.
 */
public final class Folio {
  private Folio() {}

  /** page_folio(). */
  public static Page of(Cpu cpu, Page page) {
    return page.block().size() == 1 ? page : PageTests.compoundHead(cpu, Ref.to(page)).target();
  }

  /** get_page(). */
  public static void getPage(Cpu cpu, Page page) {
    cpu.atomic_inc(of(cpu, page).refcount());
  }
}
