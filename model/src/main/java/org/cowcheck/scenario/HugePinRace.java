package org.cowcheck.scenario;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races in which CPU0 pins one page of an exclusive huge page by GUP-fast: one mm
 * whose PMD entry maps it, the table that is deposited, its child, and pages for whoever has to
 * copy. As {@link PinRace}, which has a small page.
 */
final class HugePinRace {
  final Kernel kernel;
  final Memory memory;
  final PageBlock block;
  final Mm mm;
  final PageTable table;
  final PageTable childTable;
  final PageFree free;
  private final SwapSlot slot;
  private final Machine machine;
  private final Page spare;
  private final Page secondSpare;

  /**
   * A setting.
   *
   * @param block the huge page
   * @param pmd the PMD entry
   * @param hasPinned whether the mm has pinned a page before
   */
  HugePinRace(Kernel kernel, Memory memory, PageBlock block, long pmd, boolean hasPinned) {
    this.kernel = kernel;
    this.memory = memory;
    this.machine = new Machine(kernel, memory);
    this.free = machine.free;
    this.block = block;
    machine.add(block);
    this.mm = machine.mm("mm", hasPinned);
    int size = block.size();
    this.table = machine.map(mm, PageTable.deposited(memory, "mm", pmd, size));
    this.slot = machine.slot();
    this.spare = machine.free("spare");
    this.secondSpare = machine.free("spare2");
    Mm child = machine.mm("child", false);
    this.childTable = machine.map(child, PageTable.deposited(memory, "child", 0, size));
  }

  /** A huge page that is mapped writable. */
  HugePinRace(Kernel kernel, Memory memory, PageBlock block, boolean hasPinned) {
    this(kernel, memory, block, Pte.huge(block.head(), true), hasPinned);
  }

  /** A huge page that is mapped read-only, in an mm that has pinned pages before. */
  HugePinRace(Kernel kernel, Memory memory, PageBlock block) {
    this(kernel, memory, block, Pte.huge(block.head(), false), true);
  }

  /** CPU0: GUP-fast of the tail. Returns 1 for a pin. */
  Program gupFast(PinRace.Pin pin) {
    GupFast gup = new GupFast(kernel, memory, free);
    PageTable tail = table.at(1);
    return new Program(
        "GUP-fast",
        cpu ->
            gup.pinFast(kernel.boot(cpu), mm, tail, pin == PinRace.Pin.WRITABLE) == null ? 0 : 1);
  }

  /** The free pages of a CPU that alone may need them. */
  FreeList pages() {
    return FreeList.of(spare, secondSpare);
  }

  /** fork(), as part of a program. */
  void fork(Cpu cpu) {
    new Fork(kernel, memory, free)
        .dupMmap(cpu, mm, table, slot, new Fork.Child(childTable, pages()));
  }

  /** The programs, and all that must hold of pins and pages. */
  Setting running(Program... programs) {
    return machine.running(programs);
  }
}
