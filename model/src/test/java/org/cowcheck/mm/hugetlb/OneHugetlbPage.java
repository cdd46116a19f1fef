package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageBlock.Compound;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;

/** One mm with one huge entry, which maps an exclusive page of hugetlb writable: for tests. */
final class OneHugetlbPage {
  final OneEntry machine;
  final PageBlock huge;
  final PageBlock spare;
  final PageTable table;
  final HugetlbVma parent;
  final HugetlbVma child;
  final Spinlock faultMutex;

  OneHugetlbPage(KernelState state) {
    machine = new OneEntry(state, 1);
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    PageState tail = new PageState(0, Page.TAIL_MAPPING, 0, -1);
    huge =
        PageBlock.hugetlb(
            machine.memory,
            "huge",
            new Compound(0, 0),
            new PageState(bit(PG_UPTODATE) | exclusive, Page.ANON_VMA, 1, -1, 7),
            tail.withContents(8));
    spare = PageBlock.hugetlb(machine.memory, "pool", Compound.UNMAPPED, PageState.FREE, tail);
    faultMutex = machine.memory.spinlock("fault_mutex");
    table = PageTable.deposited(machine.memory, "huge", Pte.writable(head()) | Pte.HUGE, 2);
    parent = HugetlbVma.ofPmd(machine.mm, table, faultMutex);
    child =
        HugetlbVma.ofPmd(
            new Mm(machine.memory, "forked", true),
            PageTable.deposited(machine.memory, "forked", 0, 2),
            faultMutex);
  }

  Cpu cpu() {
    return machine.cpu();
  }

  Page head() {
    return huge.head();
  }

  Page tail() {
    return huge.pages().get(1);
  }

  FreeList pages() {
    return FreeList.of(spare.head());
  }

  OneHugetlbPage readOnly() {
    set(parent.entry(), Pte.readOnly(head()) | Pte.HUGE);
    return this;
  }

  /** Mapped by the child, too; both read-only, and not exclusive. */
  OneHugetlbPage shared() {
    readOnly();
    set(child.entry(), value(parent.entry()));
    set(head().flags(), bit(PG_UPTODATE) | bit(PageFlag.PG_HEAD));
    set(head().refcount(), 2);
    set(huge.compoundMapcount(), 1);
    return this;
  }

  boolean isExclusive(PageBlock which) {
    return machine.hasExclusive() && machine.isExclusive(which.head());
  }

  /** The labels of the steps that match a regular expression, in the order they were done. */
  List<String> steps(String labels) {
    return machine.engine.log().stream()
        .map(line -> line.substring(0, line.indexOf(' ')))
        .filter(label -> label.matches(labels))
        .distinct()
        .toList();
  }
}
