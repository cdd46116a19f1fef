package org.cowcheck.mm.access;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;

/**
 * The walk of a page table by hardware, for one page of user memory that a PMD entry or a PTE maps.
 *
 * <p>Left out: the TLB; accessed and dirty bits that hardware sets.
 */
public final class HardwareWalk {
  public static final Steps STEPS = new Steps("hardware walk");

  private static final Step READ_PMD =
      STEPS.step("HP9", "user code", "load the PMD entry: huge, or a table?");
  private static final Step READ_PTE = STEPS.step("HP10", "user code", "load the PTE");

  private HardwareWalk() {}

  /**
   * What a walk finds.
   *
   * @param entry the PTE, or the PMD entry of a huge page
   * @param page the page that it maps at the address; null if it maps none
   */
  public record Found(long entry, Page page) {
    /** Whether user code may read. */
    public boolean isReadable() {
      return page != null;
    }

    /** Whether user code may write. */
    public boolean isWritable() {
      return page != null && Pte.writable(entry);
    }
  }

  /**
   * Walks.
   *
   * @param table the table at the entry of the page, deposited or in place
   */
  public static Found find(Cpu cpu, Memory memory, PageTable table) {
    long pmd = cpu.at(READ_PMD).READ_ONCE(table.pmd());
    if (Pte.isHuge(pmd) && isValid(pmd)) {
      return new Found(pmd, Pte.page(memory, pmd).block().pages().get(table.index()));
    }
    if (!Pte.isTable(pmd)) {
      return new Found(pmd, null);
    }
    PageTable walked = memory.object(Pte.address(pmd), PageTable.class).at(table.index());
    Ref<PageTable> at = new Ref<>(walked, cpu.lastRead());
    long pte = cpu.at(READ_PTE).READ_ONCE(at.at(PageTable::pte));
    return new Found(pte, isValid(pte) ? Pte.page(memory, pte) : null);
  }

  private static boolean isValid(long entry) {
    return Pte.present(entry) && (entry & Pte.PROTNONE) == 0;
  }
}
