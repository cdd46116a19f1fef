package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.daemon.CollapsePteMappedThp;
import org.cowcheck.mm.mmap.UnmapMappingRange;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A truncation walks a page table that khugepaged takes away and frees. */
final class TruncateVersusRetract {
  /** The mapping of a page of a file: some aligned address_space. */
  private static final long ADDRESS_SPACE = 0x3000;

  static final Scenario SCENARIO =
      new Scenario(
              "8d3c106e19e8-truncate-vs-collapse-of-mapped-table",
              "a truncation walks the page table that collapse_pte_mapped_thp() frees",
              """
              Those who come by the file hold i_mmap_rwsem and no mmap_lock. They load a PMD entry
              and then count on it until they are done with the page table. Until v6.1
              collapse_pte_mapped_thp() holds mmap_lock alone.

                CPU0: truncation                            CPU1: khugepaged
                (RP40) take i_mmap_rwsem
                (RP41) load the PMD entry: page table
                                                            (RP20) take mmap_lock
                                                            (RP6)  clear the PMD entry, flush
                                                            (PF1)  free the page table
                (RP43) load the PTE: freed

              8d3c106e19e8 takes i_mmap_rwsem for writing as well. The IPI of the flush does not
              help: the truncation does not keep IRQs off.
              """,
              "8d3c106e19e8 (mm/khugepaged: take the right locks for page table retraction)",
              ImmutableList.of("the entries are empty: MADV_DONTNEED has zapped them before"),
              Patches.statesAnd(CollapsePatches.S3_WITHOUT_RETRACT_LOCK),
              TruncateVersusRetract::build)
          .from(
              new Origin.Race(
                  "B14",
                  "8d3c106e19e8",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S2", "S3-without-retract-lock"),
                  ImmutableList.of("S3")));

  private TruncateVersusRetract() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    PageBlock huge =
        PageBlock.compound(
            memory,
            "huge",
            PageBlock.Compound.UNMAPPED,
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU), ADDRESS_SPACE, 2, -1),
            new PageState(0, Page.TAIL_MAPPING, 0, -1));
    machine.add(huge);
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", 0, 0));
    FileMapping file = new FileMapping(memory, "file");
    UnmapMappingRange unmap = new UnmapMappingRange(kernel, memory, machine.free);
    CollapsePteMappedThp collapse = new CollapsePteMappedThp(kernel, memory, machine.free);
    return machine.running(
        new Program("truncation", cpu -> unmap.unmap(kernel.boot(cpu), file, mm, table.above())),
        new Program(
            "khugepaged",
            cpu -> collapse.collapse(kernel.boot(cpu), file, mm, table.above(), huge) ? 1 : 0));
  }
}
