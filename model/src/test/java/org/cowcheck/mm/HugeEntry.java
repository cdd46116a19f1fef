package org.cowcheck.mm;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/** One mm with one PMD entry, which maps an exclusive huge page of two pages, for tests. */
final class HugeEntry {
  /** The CPU, its memory, and what else a test needs; its entry is not used. */
  final OneEntry one;

  final Kernel kernel;
  final Memory memory;
  final Mm mm;
  final PageBlock block;
  final Page head;
  final Page tail;
  final PageTable table;
  final PageTable child;
  final Page spare;
  final Page secondSpare;

  HugeEntry(KernelState state) {
    this(new OneEntry(state, 1));
  }

  private HugeEntry(OneEntry one) {
    this.one = one;
    this.kernel = one.kernel;
    this.memory = one.memory;
    this.mm = one.mm;
    long exclusive = one.hasExclusive() ? bit(PageFlag.anonExclusive(one.kernel)) : 0;
    this.block =
        PageBlock.compound(
            memory,
            "huge",
            new PageBlock.Compound(0, 0),
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive,
                Page.ANON_VMA,
                1,
                -1),
            new PageState(0, Page.TAIL_MAPPING, 0, -1));
    this.head = block.head();
    this.tail = block.pages().get(1);
    this.table = PageTable.deposited(memory, "mm2", Pte.huge(head, true), 2);
    this.child = PageTable.deposited(memory, "child2", 0, 2);
    this.spare = Page.free(memory, "spare1");
    this.secondSpare = Page.free(memory, "spare2");
  }

  Cpu cpu() {
    return one.cpu();
  }

  /** The PMD entry is not writable. */
  HugeEntry readOnly() {
    set(table.pmd(), Pte.huge(head, false));
    return this;
  }

  /** The head is no longer exclusive. */
  HugeEntry shared() {
    if (one.hasExclusive()) {
      set(head.flags(), value(head.flags()) & ~bit(PageFlag.anonExclusive(kernel)));
    }
    return this;
  }

  /** Somebody has so many pins, and their references. */
  HugeEntry pinned(int pins) {
    set(block.compoundPincount(), pins);
    set(head.refcount(), value(head.refcount()) + pins);
    return this;
  }

  /** Somebody has so many references. */
  HugeEntry held(int references) {
    set(head.refcount(), value(head.refcount()) + references);
    return this;
  }

  HugeEntry split() {
    new SplitHugePmd(kernel, memory, one.free).split(cpu(), mm, table);
    return this;
  }

  void fork() {
    new Fork(kernel, memory, one.free)
        .dupMmap(
            cpu(), mm, table, one.slot, new Fork.Child(child, FreeList.of(spare, secondSpare)));
  }

  long pmd() {
    return value(table.pmd());
  }

  long pte(int index) {
    return value(table.ptes().get(index));
  }

  long references() {
    return value(head.refcount());
  }

  boolean isExclusive(Page page) {
    return one.hasExclusive() && one.isExclusive(page);
  }

  boolean bug() {
    return one.bug();
  }

  List<String> did(String steps) {
    return one.did(steps);
  }
}
