package org.cowcheck.setting;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.patch.Kernel;

/** Anonymous huge pages of two pages, as scenarios find them: on the LRU, exclusive. */
public final class HugePage {
  public static final long HEAD_FLAGS = bit(PG_UPTODATE) | bit(PG_SWAPBACKED);
  public static final PageState TAIL = new PageState(0, Page.TAIL_MAPPING, 0, -1);

  private HugePage() {}

  /** Mapped once, by a PMD entry. */
  public static PageBlock mapped(Memory memory, Kernel kernel) {
    return mapped(memory, kernel, bit(PG_LRU), 1, 0);
  }

  /** As {@link #mapped}, with these contents. */
  public static PageBlock mapped(Memory memory, Kernel kernel, long contents) {
    return mapped(memory, kernel, bit(PG_LRU), 1, contents);
  }

  /** As {@link #mapped}, but isolated from the LRU and locked by somebody who has a reference. */
  public static PageBlock isolated(Memory memory, Kernel kernel) {
    return mapped(memory, kernel, bit(PageFlag.PG_LOCKED), 2, 0);
  }

  /** Mapped twice, by PMD entries of a parent and its child; exclusive to neither. */
  public static PageBlock shared(Memory memory) {
    return PageBlock.compound(
        memory,
        "page",
        new PageBlock.Compound(1, 0),
        new PageState(HEAD_FLAGS | bit(PG_LRU), Page.ANON_VMA, 2, -1),
        TAIL);
  }

  private static PageBlock mapped(
      Memory memory, Kernel kernel, long flags, long references, long contents) {
    return PageBlock.compound(
        memory,
        "page",
        new PageBlock.Compound(0, 0),
        new PageState(
            HEAD_FLAGS | flags | exclusive(kernel), Page.ANON_VMA, references, -1, contents),
        TAIL.withContents(contents));
  }

  /** The bit of PG_anon_exclusive, if there is one. */
  public static long exclusive(Kernel kernel) {
    return kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
  }
}
