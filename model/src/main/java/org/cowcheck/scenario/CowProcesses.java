package org.cowcheck.scenario;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.setting.Machine;
import org.cowcheck.user.HugetlbTask;
import org.cowcheck.user.PageOwner;
import org.cowcheck.user.Task;

/** The parent and the child of a test of the matrix, each on a CPU of its own. */
final class CowProcesses {
  /** How many free pages a CPU has: one to swap in, one to copy. */
  private static final int SPARES = 2;

  private final Machine machine;
  private final Mm parentMm;
  private final Mm childMm;
  private final PageTable parentTable;
  private final PageTable childTable;
  private final SwapSlot slot;
  private final Page[] spares;
  private final Word forked;
  private final boolean isHugetlb;
  private final Spinlock faultMutex;
  private final boolean isInOrder;
  private final Word parentReady;
  private final Word childReady;

  /** The parent has memory of this kind; there is no child yet. */
  CowProcesses(Machine machine, CowMemory kind) {
    this.machine = machine;
    this.slot = kind.slot(machine);
    this.parentMm = machine.mm("mm", false);
    this.parentTable = kind.mapped(machine, parentMm, slot);
    this.childMm = machine.mm("child", false);
    this.childTable = kind.room(machine, childMm);
    this.spares =
        IntStream.range(0, 2 * SPARES)
            .mapToObj(i -> kind.free(machine, "spare" + i))
            .toArray(Page[]::new);
    this.forked = machine.memory.word("forked", 0);
    this.isHugetlb = kind == CowMemory.HUGETLB;
    this.faultMutex = machine.memory.spinlock("fault_mutex");
    this.isInOrder = kind.isInOrder();
    this.parentReady = machine.memory.word("parent_ready", 0);
    this.childReady = machine.memory.word("child_ready", 0);
  }

  /** The parent, on the CPU that the engine made for it. */
  PageOwner parent(Cpu cpu) {
    return process(cpu, parentMm, parentTable, 0);
  }

  /** The child, on the CPU that the engine made for it. */
  PageOwner child(Cpu cpu) {
    return process(cpu, childMm, childTable, 1);
  }

  private PageOwner process(Cpu cpu, Mm mm, PageTable table, int process) {
    FreeList pages =
        FreeList.of(Arrays.copyOfRange(spares, process * SPARES, (process + 1) * SPARES));
    if (isHugetlb) {
      HugetlbVma vma = HugetlbVma.ofPmd(mm, table, faultMutex);
      return new HugetlbTask.OnePage(
          new HugetlbTask(machine.kernel, machine.memory, cpu, machine.free, pages, vma),
          table.index());
    }
    return new Task(machine.kernel, machine.memory, cpu, machine.free, pages, mm, table);
  }

  /** fork(), on the CPU of the parent: from here on the child runs. */
  void fork(Cpu cpu, PageOwner parent) {
    PageOwner child = child(cpu);
    if (parent instanceof Task task && child instanceof Task other) {
      task.fork(other, slot);
    } else if (parent instanceof HugetlbTask.OnePage of
        && child instanceof HugetlbTask.OnePage other) {
      of.task().fork(other.task());
    }
    Handover.give(cpu, forked);
  }

  /** Whether the child runs by now, on its CPU. */
  boolean hasForked(Cpu cpu) {
    return Handover.isGiven(cpu, forked);
  }

  /** It is the child's turn, if processes wait for each other. */
  void parentIsReady(Cpu cpu) {
    give(cpu, parentReady);
  }

  /** Whether the child may go on. */
  boolean isParentReady(Cpu cpu) {
    return isGiven(cpu, parentReady);
  }

  /** It is the parent's turn, if processes wait for each other. */
  void childIsReady(Cpu cpu) {
    give(cpu, childReady);
  }

  /** Whether the parent may go on. */
  boolean isChildReady(Cpu cpu) {
    return isGiven(cpu, childReady);
  }

  private void give(Cpu cpu, Word turn) {
    if (isInOrder) {
      Handover.give(cpu, turn);
    }
  }

  private boolean isGiven(Cpu cpu, Word turn) {
    return !isInOrder || Handover.isGiven(cpu, turn);
  }
}
