package org.cowcheck.setting;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.patch.Kernel;

/** Anonymous pages as scenarios find them. */
public final class AnonPage {
  private AnonPage() {}

  /** On the LRU, mapped once and exclusively, not in the swap cache. */
  public static Page mapped(Memory memory, Kernel kernel) {
    return page(memory, kernel, bit(PG_LRU), 1, 0);
  }

  /** As {@link #mapped(Memory, KernelState)}, with contents. */
  public static Page mapped(Memory memory, Kernel kernel, long contents) {
    return new Page(memory, "page", mappedState(kernel, contents));
  }

  /** The words of a page as {@link #mapped(Memory, Kernel, long)} makes it. */
  public static PageState mappedState(Kernel kernel, long contents) {
    return state(exclusive(kernel), new PageState(bit(PG_LRU), 0, 1, 0, contents));
  }

  /** As {@link #mapped}, and somebody holds a reference. */
  public static Page mappedAndHeld(Memory memory, Kernel kernel) {
    return page(memory, kernel, bit(PG_LRU), 2, 0);
  }

  /** As {@link #mapped}, and pinned once. */
  public static Page mappedAndPinned(Memory memory, Kernel kernel) {
    return page(memory, kernel, bit(PG_LRU), 1 + Page.GUP_PIN_COUNTING_BIAS, 0);
  }

  /** As {@link #mapped}, but isolated from the LRU by somebody who holds a reference. */
  public static Page isolated(Memory memory, Kernel kernel) {
    return page(memory, kernel, 0, 2, 0);
  }

  /** As {@link #isolated(Memory, Kernel)}, with contents. */
  public static Page isolated(Memory memory, Kernel kernel, long contents) {
    return isolated(memory, "page", kernel, contents);
  }

  /** The same, of another name. */
  public static Page isolated(Memory memory, String name, Kernel kernel, long contents) {
    return page(memory, name, exclusive(kernel), new PageState(0, 0, 2, 0, contents));
  }

  /** As {@link #isolated}, and somebody holds another reference, such as a FOLL_GET one. */
  public static Page isolatedAndHeld(Memory memory, Kernel kernel) {
    return page(memory, kernel, 0, 3, 0);
  }

  /** Mapped read-only by two processes, and isolated from the LRU by somebody with a reference. */
  public static Page isolatedAndShared(Memory memory) {
    return page(memory, "page", 0, new PageState(0, 0, 3, 1));
  }

  /** As {@link #isolated}, and in the swap cache. */
  public static Page isolatedInSwapCache(Memory memory, Kernel kernel, long slot) {
    return page(memory, kernel, new PageState(bit(PG_SWAPCACHE) | bit(PG_DIRTY), 0, 3, 0, 0, slot));
  }

  /** In the swap cache and dirty, unmapped, and isolated from the LRU. */
  public static Page unmappedInSwapCache(Memory memory, long contents, long slot) {
    long flags = bit(PG_SWAPCACHE) | bit(PG_DIRTY);
    return page(memory, "page", 0, new PageState(flags, 0, 2, -1, contents, slot));
  }

  /** On the LRU, mapped read-only by two processes. */
  public static Page shared(Memory memory) {
    return page(memory, "page", 0, new PageState(bit(PG_LRU), 0, 2, 1));
  }

  /** As {@link #shared(Memory)}, with contents. */
  public static Page shared(Memory memory, long contents) {
    return new Page(memory, "page", sharedState(contents));
  }

  /** The words of a page as {@link #shared(Memory, long)} makes it. */
  public static PageState sharedState(long contents) {
    return state(0, new PageState(bit(PG_LRU), 0, 2, 1, contents));
  }

  /** On the LRU, once mapped exclusively and then zapped; one reference is left. */
  public static Page zapped(Memory memory, Kernel kernel) {
    return page(memory, kernel, bit(PG_LRU), 1, -1);
  }

  private static Page page(Memory memory, Kernel kernel, long flags, long refcount, long mapcount) {
    return page(memory, kernel, new PageState(flags, 0, refcount, mapcount));
  }

  private static Page page(Memory memory, Kernel kernel, PageState with) {
    return page(memory, "page", exclusive(kernel), with);
  }

  private static long exclusive(Kernel kernel) {
    return kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
  }

  private static Page page(Memory memory, String name, long exclusive, PageState with) {
    return new Page(memory, name, state(exclusive, with));
  }

  private static PageState state(long exclusive, PageState with) {
    return new PageState(
        bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | with.flags() | exclusive,
        Page.ANON_VMA,
        with.refcount(),
        with.mapcount(),
        with.contents(),
        with.privateData());
  }
}
