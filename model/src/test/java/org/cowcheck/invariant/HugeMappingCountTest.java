package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.junit.jupiter.api.Test;

/** The count of PMD mappings of a huge page at good ends and at bad ones. */
final class HugeMappingCountTest {
  private final Memory memory = new Memory();
  private final PageBlock block =
      PageBlock.compound(
          memory, "page", PageBlock.Compound.UNMAPPED, PageState.FREE, PageState.FREE);
  private final PageTable table = PageTable.deposited(memory, "mm", 0, 2);

  private void assertHolds(boolean expected, long pmd, long mapcount) {
    End end =
        new OneValue(
            0,
            ImmutableMap.of(table.pmd(), pmd, block.compoundMapcount(), mapcount),
            ImmutableList.of());
    assertEquals(
        expected, HugeMappingCount.of(table.above(), block).holds().test(end), Long.toString(pmd));
  }

  @Test
  void aMappingIsCounted() {
    assertHolds(true, Pte.huge(block.head(), true), 0);
    assertHolds(false, Pte.huge(block.head(), true), -1);
  }

  @Test
  void noMappingIsNotCounted() {
    assertHolds(true, 0, -1);
    assertHolds(false, 0, 0);
  }

  @Test
  void aMigrationEntryIsNoMapping() {
    long migration = Pte.migration(block.head(), Pte.HUGE);
    assertHolds(true, migration, -1);
    assertHolds(false, migration, 0);
  }
}
