package org.cowcheck.mm.thp;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/** One mm with one PMD entry, which maps an exclusive huge page of two pages, for tests. */
public final class HugeEntry {
  /** The CPU, its memory, and what else a test needs; its entry is not used. */
  public final OneEntry one;

  public final Kernel kernel;
  public final Memory memory;
  public final Mm mm;
  public final PageBlock block;
  public final Page head;
  public final Page tail;
  public final PageTable table;
  final PageTable child;
  public final Page spare;
  final Page secondSpare;

  public HugeEntry(KernelState state) {
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

  public Cpu cpu() {
    return one.cpu();
  }

  /** The PMD entry is not writable. */
  public HugeEntry readOnly() {
    set(table.pmd(), Pte.huge(head, false));
    return this;
  }

  /** The head is no longer exclusive. */
  public HugeEntry shared() {
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
  public HugeEntry held(int references) {
    set(head.refcount(), value(head.refcount()) + references);
    return this;
  }

  public HugeEntry split() {
    new SplitHugePmd(kernel, memory, one.free).split(cpu(), mm, table);
    return this;
  }

  void fork() {
    new Fork(kernel, memory, one.free)
        .dupMmap(
            cpu(), mm, table, one.slot, new Fork.Child(child, FreeList.of(spare, secondSpare)));
  }

  public long pmd() {
    return value(table.pmd());
  }

  public long pte(int index) {
    return value(table.ptes().get(index));
  }

  public long references() {
    return value(head.refcount());
  }

  public boolean isExclusive(Page page) {
    return one.hasExclusive() && one.isExclusive(page);
  }

  public boolean bug() {
    return one.bug();
  }

  public List<String> did(String steps) {
    return one.did(steps);
  }
}
