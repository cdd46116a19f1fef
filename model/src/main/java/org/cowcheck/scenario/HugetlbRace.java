package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.hugetlb.HugetlbFork;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races around a private page of hugetlb: a parent that maps it by one huge entry, a
 * child, and a page for whoever has to copy.
 */
final class HugetlbRace {
  final Kernel kernel;
  final Memory memory;
  final Machine machine;
  final PageFree free;
  final PageBlock huge;
  final PageBlock spare;
  final PageBlock otherSpare;
  final PageTable table;
  final HugetlbVma parent;
  final HugetlbVma child;

  private HugetlbRace(Kernel kernel, Memory memory, PageBlock huge, long entry, long childEntry) {
    this.kernel = kernel;
    this.memory = memory;
    this.machine = new Machine(kernel, memory);
    this.free = machine.free;
    this.huge = huge;
    machine.add(huge);
    this.spare = HugetlbPage.freePage(memory, "spare");
    machine.add(spare);
    this.otherSpare = HugetlbPage.freePage(memory, "other spare");
    machine.add(otherSpare);
    Spinlock faultMutex = memory.spinlock("fault_mutex");
    Mm mm = machine.mm("mm", true);
    this.table = machine.map(mm, PageTable.deposited(memory, "mm", entry, HugetlbVma.PAGES));
    this.parent = HugetlbVma.ofPmd(mm, table, faultMutex);
    Mm childMm = machine.mm("child", true);
    PageTable childTable =
        machine.map(childMm, PageTable.deposited(memory, "child", childEntry, HugetlbVma.PAGES));
    this.child = HugetlbVma.ofPmd(childMm, childTable, faultMutex);
  }

  /** An exclusive page that the parent maps writable, in an mm that has pinned pages before. */
  static HugetlbRace writable(Kernel kernel, Memory memory) {
    PageBlock huge = HugetlbPage.mapped(memory, kernel, 1, true);
    return new HugetlbRace(kernel, memory, huge, Pte.writable(huge.head()) | Pte.HUGE, 0);
  }

  /** An exclusive page that the parent maps read-only. */
  static HugetlbRace readOnly(Kernel kernel, Memory memory) {
    PageBlock huge = HugetlbPage.mapped(memory, kernel, 1, true);
    return new HugetlbRace(kernel, memory, huge, Pte.readOnly(huge.head()) | Pte.HUGE, 0);
  }

  /** An exclusive page that the parent maps writable, and that somebody has isolated. */
  static HugetlbRace isolated(Kernel kernel, Memory memory) {
    PageBlock huge = HugetlbPage.isolated(memory, kernel);
    return new HugetlbRace(kernel, memory, huge, Pte.writable(huge.head()) | Pte.HUGE, 0);
  }

  /** Nothing is mapped; the entry of the parent has this value. */
  static HugetlbRace unmapped(Kernel kernel, Memory memory, long entry) {
    return new HugetlbRace(kernel, memory, HugetlbPage.freePage(memory, "huge"), entry, 0);
  }

  /** A page that parent and child share after a fork. */
  static HugetlbRace shared(Kernel kernel, Memory memory) {
    PageBlock huge = HugetlbPage.mapped(memory, kernel, 2, false);
    long entry = Pte.readOnly(huge.head()) | Pte.HUGE;
    return new HugetlbRace(kernel, memory, huge, entry, entry);
  }

  /** The free pages of a CPU that alone may need one. */
  FreeList pages() {
    return FreeList.of(spare.head());
  }

  /** The free pages of another CPU. */
  FreeList otherPages() {
    return FreeList.of(otherSpare.head());
  }

  /** GUP-fast of one page of the huge page by the parent. Returns 1 for a pin. */
  Program gupFast(int index, boolean write) {
    GupFast gup = new GupFast(kernel, memory, free);
    return new Program(
        "GUP-fast",
        cpu -> gup.pinFast(kernel.boot(cpu), parent.mm(), table.at(index), write) == null ? 0 : 1);
  }

  /** fork() of the parent. */
  Program fork() {
    HugetlbFork fork = new HugetlbFork(kernel, memory, free);
    return new Program(
        "fork",
        cpu -> {
          fork.dupMmap(kernel.boot(cpu), parent, child, pages());
          return 0;
        });
  }

  /** The programs, and all that must hold of pins and pages. */
  Setting running(Program... programs) {
    return machine.running(programs);
  }

  /** The programs, and all that must hold of pins and pages, and more. */
  Setting running(ImmutableList<Invariant> more, Program... programs) {
    return machine.running(more, programs);
  }
}
