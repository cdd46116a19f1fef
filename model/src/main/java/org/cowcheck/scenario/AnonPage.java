package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.patch.KernelState;

/** Anonymous pages as scenarios find them. */
final class AnonPage {
  private AnonPage() {}

  /** On the LRU, once mapped exclusively and then zapped; one reference is left. */
  static Page zapped(Memory memory, KernelState state) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(state)) : 0;
    return new Page(
        memory,
        "page",
        bit(PG_UPTODATE) | bit(PG_LRU) | bit(PG_SWAPBACKED) | exclusive,
        Page.ANON_VMA,
        1,
        -1);
  }
}
