package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PteAlloc;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast walks a page table that is retracted, freed and used again by another process. */
final class GupFastVersusReusedTable {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-reused-table",
          "GUP-fast walks a page table that is retracted and becomes another process's",
          """
          As 2ba99c5e0881-gup-fast-vs-retract, and the memory becomes the page table of another
          process, which faults a page in. Before 70cbc3cc78a9 GUP-fast pins that process's page
          for writing; after it, it backs off at G13, but has read a page table that is not its own.

            CPU0: GUP-fast                            CPU1: retraction, then another process
            (G4)  load the PMD entry: the page table
                                                      (RP6)  clear the PMD entry, flush
                                                      (PF1)  free the page table
                                                      (PF24) store the other's PMD entry
                                                      (D5)   store the other's PTE
            (G5)  load the PTE: the other's page
            (G11) pin the page
            (G14) load the PTE: still the same
          """,
          "2ba99c5e0881 (mm/khugepaged: fix GUP-fast interaction by sending IPI)",
          ImmutableList.of("the other process runs on the CPU that retracts"),
          Patches.statesAnd(
              CollapsePatches.S3_WITHOUT_COLLAPSE_SYNC,
              CollapsePatches.S3_WITHOUT_PMD_RECHECK_AND_COLLAPSE_SYNC,
              CollapsePatches.S3_WITH_LOCKLESS_RETRACT),
          GupFastVersusReusedTable::build);

  private GupFastVersusReusedTable() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", 0));
    Page page = machine.free("other page");
    PageTable place = PageTable.deposited(memory, "other", 0, 1);
    PageTable reused =
        machine.map(
            machine.mm("other", false),
            new PageTable(place.above(), table.address(), table.ptes(), 0, table.lock()));
    FileMapping file = new FileMapping(memory, "file");
    GupFast gup = new GupFast(kernel, memory, machine.free);
    RetractPageTables retract = new RetractPageTables(kernel, memory);
    PteAlloc alloc = new PteAlloc(kernel);
    Fault fault = new Fault(kernel);
    return machine.running(
        new Program(
            "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, table, true) == null ? 0 : 1),
        new Program(
            "retraction, then another process",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (!retract.retract(cpu, file, mm, table.above())) {
                return 0;
              }
              alloc.pteAlloc(cpu, reused);
              return fault.doAnonymousPage(cpu, reused, FreeList.of(page), machine.free) ? 1 : 0;
            }));
  }
}
