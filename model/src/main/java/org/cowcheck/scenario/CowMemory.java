package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;

/** A kind of memory that the tests of the matrix run on: how the parent has it at first. */
enum CowMemory {
  BASE("base", "a small page that is mapped writable") {
    @Override
    PageTable mapped(Machine machine) {
      Page page = machine.page("page", exclusive(machine.kernel.state()));
      return PageTable.of(machine.memory, "mm", Pte.writable(page));
    }
  };

  /** What the page holds before a test. */
  static final long BEFORE = 1;

  private final String id;
  private final String title;

  CowMemory(String id, String title) {
    this.id = id;
    this.title = title;
  }

  /** As names of scenarios have it. */
  String id() {
    return id;
  }

  /** As reports have it. */
  String title() {
    return title;
  }

  /** What the cells of this kind leave out. */
  ImmutableList<String> simplifications() {
    return ImmutableList.of("the parent has one page of memory");
  }

  /** The page table of the parent, at the page that is tested. */
  abstract PageTable mapped(Machine machine);

  private static PageState exclusive(KernelState state) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(state)) : 0;
    long flags = bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive;
    return new PageState(flags, Page.ANON_VMA, 1, 0, BEFORE);
  }
}
