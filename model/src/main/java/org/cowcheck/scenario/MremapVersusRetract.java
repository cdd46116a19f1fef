package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.mmap.MoveNormalPmd;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** mremap() moves a page table that khugepaged takes away at the same time. */
final class MremapVersusRetract {
  static final Scenario SCENARIO =
      new Scenario(
              "6fa1066fc5d0-mremap-vs-retract",
              "mremap() moves the page table of a file mapping while it is retracted",
              """
              mremap() has seen a page table in the old PMD entry and goes to take the locks. Since
              1d65b771bc08 (v6.6) retraction does not need mmap_lock, and takes the page table away
              in between. mremap() then moves an entry that is none: the new PMD entry points to
              what lies at physical address 0, as if that were a page table.

                CPU0: mremap                                CPU1: retraction
                (MR2)  load the old PMD entry: page table
                                                            (RP1)  take i_mmap_rwsem
                                                            (RP6)  clear the PMD entry, flush
                                                            (RP11) drop i_mmap_rwsem
                (MR3)  take i_mmap_rwsem
                (MR8)  load the old PMD entry: none
                (MR12) store the new PMD entry: a page
                       table at physical address 0

              v5.17 to v6.1 retract under mmap_lock, which mremap() holds. 6fa1066fc5d0 looks at
              the entry that is loaded at MR8.
              """,
              "6fa1066fc5d0 (mm/mremap: fix move_normal_pmd/retract_page_tables race)",
              ImmutableList.of("the file's pages have been unmapped already; nobody faults"),
              Patches.statesAnd(
                  CollapsePatches.S3_WITH_LOCKLESS_RETRACT,
                  CollapsePatches.S3_WITH_LOCKLESS_RETRACT_AND_MREMAP_RECHECK),
              MremapVersusRetract::build)
          .from(
              new Origin.Race(
                  "B24",
                  "6fa1066fc5d0",
                  false,
                  Platform.X86,
                  ImmutableList.of("S3-with-lockless-retract"),
                  ImmutableList.of("S3-with-lockless-retract-and-mremap-recheck")));

  private MremapVersusRetract() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", false);
    PageTable old = machine.map(mm, PageTable.of(memory, "old", 0));
    PageTable moved = machine.map(mm, PageTable.deposited(memory, "new", 0, 1));
    PageTable frame0 = machine.spare(PageTable.of(memory, "frame0", Pte.FREED));
    FileMapping file = new FileMapping(memory, "file");
    MoveNormalPmd move = new MoveNormalPmd(kernel, frame0);
    RetractPageTables retract = new RetractPageTables(kernel, memory);
    return machine.running(
        new Program(
            "mremap",
            cpu -> move.mremap(kernel.boot(cpu), file, mm, old.above(), moved.above()) ? 1 : 0),
        new Program(
            "retraction", cpu -> retract.retract(kernel.boot(cpu), file, mm, old.above()) ? 1 : 0));
  }
}
