package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;

/** A page table that is free is not read, and no PMD entry points to it. */
final class PageTableLifetimeTest {
  private final Memory memory = new Memory();
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final Mm mm = new Mm(memory, "mm", false);

  private ImmutableList<String> broken(ImmutableMap<Word, Long> values, Note... notes) {
    World world =
        new World(
            Kernels.of(KernelState.S3),
            memory,
            ImmutableList.of(),
            ImmutableList.of(new AddressSpace(mm, ImmutableList.of(table.above()))),
            ImmutableList.of(table),
            ImmutableList.of());
    End end = new OneValue(0, values, ImmutableList.copyOf(notes));
    return new PageTableLifetime(world)
        .all().stream()
            .filter(invariant -> !invariant.holds().test(end))
            .map(invariant -> invariant.broken() + ": " + invariant.where().apply(end))
            .collect(ImmutableList.toImmutableList());
  }

  @Test
  void aTableInPlaceIsFine() {
    assertEquals(ImmutableList.of(), broken(ImmutableMap.of()));
  }

  @Test
  void aFreeTableThatNothingPointsToIsFine() {
    assertEquals(
        ImmutableList.of(), broken(ImmutableMap.of(table.pmd(), 0L, table.pte(), Pte.FREED)));
  }

  @Test
  void aPmdEntryMayNotPointToAFreeTable() {
    assertEquals(
        ImmutableList.of("a PMD entry points to memory that is no page table: mm.pmd"),
        broken(ImmutableMap.of(table.pte(), Pte.FREED)));
  }

  @Test
  void aFreeTableMayNotBeRead() {
    assertEquals(
        ImmutableList.of("a page table is walked after it was freed: "),
        broken(ImmutableMap.of(), new Note(FreedTableWatch.READ, 0, 0)));
  }

  @Test
  void theWatchNotesReadsOfFreeTablesAlone() {
    Word flags = memory.word("flags", Pte.FREED);
    RecordingCpu engine = new RecordingCpu();
    Cpu cpu = new FreedTableWatch(engine, ImmutableSet.of(table.pte(), table.pmd()));
    cpu.READ_ONCE(flags);
    cpu.READ_ONCE(table.pte());
    assertEquals(0, notes(engine));
    cpu.WRITE_ONCE(table.pte(), Pte.FREED);
    assertEquals(0, notes(engine));
    cpu.READ_ONCE(table.pte());
    assertEquals(1, notes(engine));
    cpu.xchg(table.pte(), 0);
    assertEquals(2, notes(engine));
  }

  private static long notes(RecordingCpu engine) {
    return engine.log().stream().filter(line -> line.contains(FreedTableWatch.READ)).count();
  }
}
