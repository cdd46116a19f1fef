package org.cowcheck.scenario;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.user.Task;

/** The parent and the child of a test of the matrix, each on a CPU of its own. */
final class CowProcesses {
  private final Machine machine;
  private final Mm parentMm;
  private final Mm childMm;
  private final PageTable parentTable;
  private final PageTable childTable;
  private final SwapSlot slot;
  private final Page[] spares;
  private final Word forked;

  /** The parent has memory of this kind; there is no child yet. */
  CowProcesses(Machine machine, CowMemory kind) {
    this.machine = machine;
    this.parentMm = machine.mm("mm", false);
    this.parentTable = machine.map(parentMm, kind.mapped(machine));
    this.childMm = machine.mm("child", false);
    this.childTable = machine.map(childMm, PageTable.of(machine.memory, "child", 0));
    this.slot = machine.slot();
    this.spares = new Page[] {machine.free("spare0"), machine.free("spare1")};
    this.forked = machine.memory.word("forked", 0);
  }

  /** The parent, on the CPU that the engine made for it. */
  Task parent(Cpu cpu) {
    return task(cpu, parentMm, parentTable, 0);
  }

  /** The child, on the CPU that the engine made for it. */
  Task child(Cpu cpu) {
    return task(cpu, childMm, childTable, 1);
  }

  private Task task(Cpu cpu, Mm mm, PageTable table, int spare) {
    FreeList pages = FreeList.of(spares[spare]);
    return new Task(machine.kernel, machine.memory, cpu, machine.free, pages, mm, table);
  }

  /** fork(), on the CPU of the parent: from here on the child runs. */
  void fork(Cpu cpu, Task parent) {
    parent.fork(child(cpu), slot);
    Handover.give(cpu, forked);
  }

  /** Whether the child runs by now, on its CPU. */
  boolean hasForked(Cpu cpu) {
    return Handover.isGiven(cpu, forked);
  }
}
