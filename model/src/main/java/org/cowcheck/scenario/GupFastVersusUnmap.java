package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.FreePgtables;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast walks a page table that munmap() frees. */
final class GupFastVersusUnmap {
  private static final String STORY =
      """
      munmap() has zapped the entries; it clears the PMD entry, flushes the TLB and frees the page
      table. GUP-fast may have loaded the PMD entry before.

        CPU0: GUP-fast                            CPU1: munmap
        (G4)  load the PMD entry: the page table
                                                  (PF12) clear the PMD entry
                                                  (PF13) flush the TLB
                                                  (PF1)  free the page table
        (G5)  load the PTE: freed

      """;

  static final Scenario BATCHED =
      scenario(
          "gup-fast-vs-munmap",
          "GUP-fast walks a page table that munmap() frees",
          STORY + "On x86 the IPI of the flush waits for GUP-fast, elsewhere RCU does (PF14).\n",
          true);

  static final Scenario ONE =
      scenario(
          "gup-fast-vs-munmap-one-by-one",
          "GUP-fast walks a page table that munmap() frees while memory is short",
          STORY + "On x86 the IPI of the flush waits for GUP-fast, elsewhere that of PF15 does.\n",
          false);

  private GupFastVersusUnmap() {}

  private static Scenario scenario(String name, String title, String story, boolean batched) {
    return new Scenario(
        name,
        title,
        story,
        "mm/mmu_gather.c (semi RCU freeing of the page directories)",
        ImmutableList.of("the entries have been zapped already", "RCU is waited for in place"),
        Patches.statesAnd(CollapsePatches.S3_WITHOUT_TABLE_GRACE_PERIOD),
        (kernel, memory) -> build(kernel, memory, batched));
  }

  private static Setting build(Kernel kernel, Memory memory, boolean batched) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", 0));
    GupFast gup = new GupFast(kernel, memory, machine.free);
    FreePgtables free = new FreePgtables(kernel, memory);
    return machine.running(
        new Program(
            "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, table, true) == null ? 0 : 1),
        new Program(
            "munmap",
            cpu -> free.freePteRange(kernel.boot(cpu), mm, table.above(), batched) ? 1 : 0));
  }
}
