package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_SLAB;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;

/**
 * A program that knows the number of PG_slab and tests it in page->flags by itself: crash and
 * makedumpfile on a dump (NUMBER(PG_slab) of vmcoreinfo), tools/cgroup/memcg_slabinfo.py on a
 * running kernel. None of them looks at mapping.
 */
public final class DumpReader {
  public static final Steps STEPS = new Steps("a reader of dumps");

  private static final Step FLAGS =
      STEPS.step("DU1", "for_each_slab (memcg_slabinfo.py)", "load flags: PG_slab, by its number?");

  private DumpReader() {}

  /** Whether it takes the page for a slab page. */
  public static boolean isSlab(Cpu cpu, Page page) {
    return (cpu.at(FLAGS).read_plain_in_source(page.flags()) & PageFlag.bit(PG_SLAB)) != 0;
  }
}
