package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races with collapse: one mm with a page table of two entries, one of which maps an
 * exclusive anonymous page while the other is empty, and a free huge page.
 */
final class CollapseRace {
  /** The entries of a page table, and the pages of a huge page. */
  static final int SIZE = 2;

  final Kernel kernel;
  final Memory memory;
  final Machine machine;
  final PageFree free;
  final Mm mm;
  final Page page;
  final PageTable table;
  final Page huge;

  /**
   * A setting.
   *
   * @param index which entry maps the page
   */
  CollapseRace(Kernel kernel, Memory memory, int index) {
    this.kernel = kernel;
    this.memory = memory;
    this.machine = new Machine(kernel, memory);
    this.free = machine.free;
    this.page = machine.add(AnonPage.mapped(memory, kernel));
    this.mm = machine.mm("mm", true);
    long pte = Pte.writable(page);
    this.table =
        machine.map(mm, PageTable.of(memory, "mm", index == 0 ? pte : 0, index == 0 ? 0 : pte));
    this.huge = machine.add(PageBlock.free(memory, "huge", SIZE));
  }

  /** The free pages of the CPU that collapses. */
  FreeList pages() {
    return FreeList.of(huge);
  }

  /** A CPU that pins what the first entry maps, by GUP-fast; it returns 1 for a pin. */
  Program gupFast() {
    GupFast gup = new GupFast(kernel, memory, free);
    return new Program(
        "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, table, true) == null ? 0 : 1);
  }

  /** A CPU that collapses; it returns 1 if it did. */
  Program collapse() {
    CollapseHugePage collapse = new CollapseHugePage(kernel, memory, free);
    return new Program(
        "collapse",
        cpu ->
            collapse.collapse(kernel.boot(cpu), mm, table.above(), SIZE, pages()) == null ? 0 : 1);
  }

  /** The programs, and all that must hold. */
  Setting running(Program... programs) {
    return machine.running(ImmutableList.of(), programs);
  }
}
