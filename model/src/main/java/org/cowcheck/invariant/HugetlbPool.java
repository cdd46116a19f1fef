package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.Page;

/** What must hold of the pages of hugetlb that are in the pool. */
public final class HugetlbPool {
  private HugetlbPool() {}

  /**
   * Nobody has a reference of a page that may be handed out: of one without a mapping, once all
   * paths have returned.
   *
   * @param heads of pages of hugetlb, each in the pool or not
   */
  public static Invariant hasNoReferences(ImmutableList<Page> heads) {
    return new Invariant(
        "a page in the pool has a reference",
        end -> heads.stream().noneMatch(head -> isHeldInPool(end, head)),
        end ->
            heads.stream()
                .filter(head -> isHeldInPool(end, head))
                .findFirst()
                .map(Page::name)
                .orElse(""));
  }

  private static boolean isHeldInPool(End end, Page head) {
    return end.value(head.mapping()) == 0 && end.value(head.refcount()) != 0;
  }
}
