package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.setting.HugetlbPage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page that is handed out may have references, and one in the pool may not. */
final class HugetlbPoolTest {
  private final Page head = HugetlbPage.freePage(new Memory(), "huge").head();

  @ParameterizedTest
  @CsvSource({"0, 0, true", "0, 1, false", "4097, 1, true", "4097, 2, true"})
  void aReferenceOfAPageInThePoolBreaksIt(long mapping, long references, boolean holds) {
    Invariant invariant = HugetlbPool.hasNoReferences(ImmutableList.of(head));
    End end =
        new OneValue(
            0,
            ImmutableMap.of(head.mapping(), mapping, head.refcount(), references),
            ImmutableList.of());
    assertEquals(holds, invariant.holds().test(end));
  }
}
