package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast walks a page table that khugepaged takes away, and that is freed. */
final class GupFastVersusTableFree {
  private static final String SOURCE =
      "2ba99c5e0881 (mm/khugepaged: fix GUP-fast interaction by sending IPI)";

  static final Scenario RETRACT =
      scenario(
          "2ba99c5e0881-gup-fast-vs-retract",
          "GUP-fast walks the page table of a file mapping while it is retracted and freed",
          """
          The page table is empty, and freed as soon as the PMD entry is cleared and the TLB
          flushed. GUP-fast has loaded the PMD entry before and reads whatever lies in that memory
          then. To look at the PMD entry again (G13) comes too late.

            CPU0: GUP-fast                            CPU1: retraction
            (G4)  load the PMD entry: the page table
                                                      (RP6) clear the PMD entry, flush
                                                      (PF1) free the page table
            (G5)  load the PTE: freed

          On x86 the flush waits for GUP-fast by its IPI. Elsewhere RP8 has to.
          """,
          ImmutableList.of("the file's pages have been unmapped already; nobody faults meanwhile"),
          GupFastVersusTableFree::buildRetract);

  static final Scenario DEPOSIT =
      scenario(
          "2ba99c5e0881-gup-fast-vs-deposited-table",
          "GUP-fast walks a page table that collapse deposits, and that is freed with the huge page",
          """
          Collapse keeps the page table for the time when the huge page is split. When the huge
          page is zapped instead, its page table is freed at once. GUP-fast may still be in it.

            CPU0: GUP-fast                            CPU1: collapse, then zap
            (G4)  load the PMD entry: the page table
                                                      (KH4)  clear the PMD entry, flush
                                                      (KH48) store the PMD entry: huge
                                                      (ZH3)  clear the PMD entry
                                                      (PF1)  free the deposited page table
            (G5)  load the PTE: freed

          On x86 the flush at KH4 waits for GUP-fast by its IPI. Elsewhere KH6 has to.
          """,
          ImmutableList.of(
              "the huge page is zapped on the CPU that collapsed",
              "GUP-fast wants the first of two entries, which is empty"),
          GupFastVersusTableFree::buildDeposit);

  private interface Build {
    Setting with(Kernel kernel, Memory memory);
  }

  private GupFastVersusTableFree() {}

  private static Scenario scenario(
      String name, String title, String story, ImmutableList<String> simplifications, Build build) {
    return new Scenario(
            name,
            title,
            story,
            SOURCE,
            simplifications,
            Patches.statesAnd(
                CollapsePatches.S3_WITHOUT_PMD_RECHECK, CollapsePatches.S3_WITHOUT_COLLAPSE_SYNC),
            build::with)
        .from(
            new Origin.Race(
                "B14",
                "2ba99c5e0881",
                false,
                Platform.GENERIC,
                ImmutableList.of("S0", "seed", "S2", "S3-without-collapse-sync"),
                ImmutableList.of("S3")));
  }

  private static Setting buildRetract(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", 0));
    FileMapping file = new FileMapping(memory, "file");
    GupFast gup = new GupFast(kernel, memory, machine.free);
    RetractPageTables retract = new RetractPageTables(kernel, memory);
    return machine.running(
        new Program(
            "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, table, true) == null ? 0 : 1),
        new Program(
            "retraction",
            cpu -> retract.retract(kernel.boot(cpu), file, mm, table.above()) ? 1 : 0));
  }

  private static Setting buildDeposit(Kernel kernel, Memory memory) {
    CollapseRace race = new CollapseRace(kernel, memory, 1);
    CollapseHugePage collapse = new CollapseHugePage(kernel, memory, race.free);
    ZapHugePmd zap = new ZapHugePmd(kernel, memory, race.free);
    return race.running(
        race.gupFast(),
        new Program(
            "collapse, then zap",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (collapse.collapse(
                      cpu, race.mm, race.table.above(), CollapseRace.SIZE, race.pages())
                  == null) {
                return 0;
              }
              return zap.zapHugePmd(cpu, race.mm, race.table) ? 1 : 0;
            }));
  }
}
