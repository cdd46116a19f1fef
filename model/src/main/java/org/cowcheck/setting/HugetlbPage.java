package org.cowcheck.setting;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageBlock.Compound;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.patch.Kernel;

/** Pages of hugetlb, of two pages each, as scenarios find them. */
public final class HugetlbPage {
  private HugetlbPage() {}

  /** A page of hugetlb that is mapped as often, and is exclusive or is not. */
  public static PageBlock mapped(Memory memory, Kernel kernel, int times, boolean isExclusive) {
    return page(memory, kernel, times, times, isExclusive, 0);
  }

  /** A page of hugetlb that is mapped once, exclusively, and holds this. */
  public static PageBlock mapped(Memory memory, Kernel kernel, long contents) {
    return page(memory, kernel, 1, 1, true, contents);
  }

  /** A page of hugetlb that was mapped exclusively and is no more; one reference is left. */
  public static PageBlock zapped(Memory memory, Kernel kernel) {
    return page(memory, kernel, 0, 1, true, 0);
  }

  /** A page of hugetlb that is mapped exclusively, and isolated by somebody with a reference. */
  public static PageBlock isolated(Memory memory, Kernel kernel) {
    return page(memory, kernel, 1, 2, true, 0);
  }

  private static PageBlock page(
      Memory memory,
      Kernel kernel,
      int mappings,
      int references,
      boolean isExclusive,
      long contents) {
    long exclusive =
        isExclusive && kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    return PageBlock.hugetlb(
        memory,
        "huge",
        new Compound(mappings - 1, 0),
        new PageState(bit(PG_UPTODATE) | exclusive, Page.ANON_VMA, references, -1, contents),
        new PageState(0, Page.TAIL_MAPPING, 0, -1, contents));
  }

  /** A page of hugetlb in the pool. */
  public static PageBlock freePage(Memory memory, String name) {
    return freePage(memory, name, 0);
  }

  /** A page of hugetlb in the pool, with what its last owner left. */
  public static PageBlock freePage(Memory memory, String name, long contents) {
    return PageBlock.hugetlb(
        memory,
        name,
        Compound.UNMAPPED,
        PageState.FREE.withContents(contents),
        new PageState(0, Page.TAIL_MAPPING, 0, -1, contents));
  }
}
