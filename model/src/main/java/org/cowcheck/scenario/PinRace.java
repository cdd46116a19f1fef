package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races in which CPU0 pins an exclusive anonymous page by GUP-fast: one mm with one
 * entry, its child, a swap slot, and a page for whoever has to copy.
 */
final class PinRace {
  /** What the pin asks for. */
  enum Pin {
    READ_ONLY,
    WRITABLE;

    /** An entry that a pin of this kind may be taken through. */
    long entry(Page page) {
      return this == WRITABLE ? Pte.writable(page) : Pte.readOnly(page);
    }
  }

  final Kernel kernel;
  final Memory memory;
  final Page page;
  final Mm mm;
  final PageTable table;
  final SwapSlot slot;
  final PageFree free;
  final Page spare;
  final Mm childMm;
  final PageTable childTable;
  private final Machine machine;
  private final Fork fork;

  /**
   * A setting.
   *
   * @param page what the entry maps
   * @param pte the entry
   * @param hasPinned whether the mm has pinned a page before
   */
  PinRace(Kernel kernel, Memory memory, Page page, long pte, boolean hasPinned) {
    this(kernel, memory, page, pte, 0, hasPinned);
  }

  /** The same, with a child that has an entry, too. */
  PinRace(Kernel kernel, Memory memory, Page page, long pte, long childPte, boolean hasPinned) {
    this.kernel = kernel;
    this.memory = memory;
    this.machine = new Machine(kernel, memory);
    this.free = machine.free;
    this.fork = new Fork(kernel, memory, free);
    this.page = machine.add(page);
    this.mm = machine.mm("mm", hasPinned);
    this.table = machine.map(mm, PageTable.of(memory, "mm", pte));
    this.slot = machine.slot();
    this.spare = machine.free("spare");
    this.childMm = machine.mm("child", false);
    this.childTable = machine.map(childMm, PageTable.of(memory, "child", childPte));
  }

  /** A page that is mapped writable and dirty, in an mm that has pinned pages before. */
  static PinRace writable(Kernel kernel, Memory memory) {
    Page page = AnonPage.mapped(memory, kernel);
    return new PinRace(kernel, memory, page, Pte.writable(page), true);
  }

  /** CPU0: GUP-fast. Returns 1 for a pin. */
  Program gupFast(Pin pin) {
    GupFast gup = new GupFast(kernel, memory, free);
    return new Program(
        "GUP-fast",
        cpu -> gup.pinFast(kernel.boot(cpu), mm, table, pin == Pin.WRITABLE) == null ? 0 : 1);
  }

  /** The mm forks; the child gets the entry, or a copy. */
  void fork(Cpu cpu) {
    fork.dupMmap(cpu, mm, table, slot, child());
  }

  /** The fork, alone on a CPU. Returns 0. */
  Program fork() {
    return new Program(
        "fork",
        cpu -> {
          fork(kernel.boot(cpu));
          return 0;
        });
  }

  /**
   * The migration of the page, alone on a CPU. Returns 1 if it was migrated.
   *
   * @param cached the swap slot whose page it may be
   */
  Program migration(SwapSlot cached) {
    Migrate migrate = new Migrate(kernel, free);
    return new Program(
        "migration",
        cpu -> migrate.unmapAndMove(kernel.boot(cpu), page, vmas(), cached, pages()) ? 1 : 0);
  }

  /** One more free page, for a CPU of its own. */
  Page free(String name) {
    return machine.free(name);
  }

  /** The free pages of a CPU that alone may need one. */
  FreeList pages() {
    return FreeList.of(spare);
  }

  /** The child of a fork. */
  Fork.Child child() {
    return new Fork.Child(childTable, pages());
  }

  /** One page more, made in the same memory. */
  Page add(Page more) {
    return machine.add(more);
  }

  /** One swap slot more, made in the same memory. */
  SwapSlot add(SwapSlot more) {
    return machine.add(more);
  }

  /** All VMAs in which a page may be mapped, the parent's first. */
  ImmutableList<RmapVma> vmas() {
    return ImmutableList.of(new RmapVma(mm, table), new RmapVma(childMm, childTable));
  }

  /** The programs, and all that must hold of pins and pages, and more. */
  Setting running(ImmutableList<Invariant> more, Program... programs) {
    return machine.running(more, programs);
  }

  /** The programs, and all that must hold of pins and pages. */
  Setting running(Program... programs) {
    return machine.running(programs);
  }
}
