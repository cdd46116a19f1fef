package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.mm.Page;

/** What must hold of the pages of hugetlb that are in the pool: what has no mapping is there. */
final class HugetlbPool {
  private HugetlbPool() {}

  /** Nobody has a reference of a page that may be handed out. */
  static ImmutableList<Invariant> all(Ground ground) {
    if (!ground.start.isHugetlb()) {
      return ImmutableList.of();
    }
    ImmutableList<Page> heads =
        Stream.concat(Stream.of(ground.page), ground.spares.stream().flatMap(List::stream))
            .collect(ImmutableList.toImmutableList());
    return ImmutableList.of(
        new Invariant(
            "a page in the pool has a reference",
            end ->
                heads.stream()
                    .allMatch(
                        head ->
                            end.value(head.mapping()) != 0 || end.value(head.refcount()) == 0)));
  }
}
