package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;

/**
 * pte_free() (include/asm-generic/pgalloc.h): the memory of a page table goes back to the page
 * allocator at once, S0 to S3.
 *
 * <p>What its next owner may store there, whoever that is, is one value here, {@link Pte#FREED}, so
 * that a walk that comes too late can be told. A scenario may use the table again.
 */
public final class PageTableFree {
  public static final Steps STEPS = new Steps("pte_free");

  private static final Step FREE =
      STEPS.step("PF1", "pte_free", "free the page table: others store to its memory");

  private PageTableFree() {}

  /** Frees a page table that no PMD entry points to any more. */
  public static void pteFree(Cpu cpu, PageTable table) {
    cpu.at(FREE);
    for (Word entry : table.ptes()) {
      cpu.WRITE_ONCE(entry, Pte.FREED);
    }
  }
}
