package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.GupFast;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.patch.KernelState;

/** Anonymous pages as scenarios find them. */
final class AnonPage {
  private AnonPage() {}

  /** On the LRU, mapped once and exclusively, not in the swap cache. */
  static Page mapped(Memory memory, KernelState state) {
    return page(memory, state, bit(PG_LRU), 1, 0);
  }

  /** As {@link #mapped(Memory, KernelState)}, with contents. */
  static Page mapped(Memory memory, KernelState state, long contents) {
    return page(memory, state, new PageState(bit(PG_LRU), 0, 1, 0, contents));
  }

  /** As {@link #mapped}, and somebody holds a reference. */
  static Page mappedAndHeld(Memory memory, KernelState state) {
    return page(memory, state, bit(PG_LRU), 2, 0);
  }

  /** As {@link #mapped}, and pinned once. */
  static Page mappedAndPinned(Memory memory, KernelState state) {
    return page(memory, state, bit(PG_LRU), 1 + GupFast.PIN, 0);
  }

  /** As {@link #mapped}, but isolated from the LRU by somebody who holds a reference. */
  static Page isolated(Memory memory, KernelState state) {
    return page(memory, state, 0, 2, 0);
  }

  /** As {@link #isolated(Memory, KernelState)}, with contents. */
  static Page isolated(Memory memory, KernelState state, long contents) {
    return page(memory, state, new PageState(0, 0, 2, 0, contents));
  }

  /** As {@link #isolated}, and somebody holds another reference, such as a FOLL_GET one. */
  static Page isolatedAndHeld(Memory memory, KernelState state) {
    return page(memory, state, 0, 3, 0);
  }

  /** Mapped read-only by two processes, and isolated from the LRU by somebody with a reference. */
  static Page isolatedAndShared(Memory memory) {
    return page(memory, KernelState.S0, 0, 3, 1);
  }

  /** As {@link #isolated}, and in the swap cache. */
  static Page isolatedInSwapCache(Memory memory, KernelState state, long slot) {
    return page(memory, state, new PageState(bit(PG_SWAPCACHE) | bit(PG_DIRTY), 0, 3, 0, 0, slot));
  }

  /** On the LRU, mapped read-only by two processes. */
  static Page shared(Memory memory) {
    return page(memory, KernelState.S0, bit(PG_LRU), 2, 1);
  }

  /** As {@link #shared(Memory)}, with contents. */
  static Page shared(Memory memory, long contents) {
    return page(memory, KernelState.S0, new PageState(bit(PG_LRU), 0, 2, 1, contents));
  }

  /** On the LRU, once mapped exclusively and then zapped; one reference is left. */
  static Page zapped(Memory memory, KernelState state) {
    return page(memory, state, bit(PG_LRU), 1, -1);
  }

  private static Page page(
      Memory memory, KernelState state, long flags, long refcount, long mapcount) {
    return page(memory, state, new PageState(flags, 0, refcount, mapcount));
  }

  private static Page page(Memory memory, KernelState state, PageState with) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(state)) : 0;
    return new Page(
        memory,
        "page",
        new PageState(
            bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | with.flags() | exclusive,
            Page.ANON_VMA,
            with.refcount(),
            with.mapcount(),
            with.contents(),
            with.privateData()));
  }
}
