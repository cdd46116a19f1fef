package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * What PG_anon_exclusive means while a huge page is mapped by a PMD entry, and while it is mapped
 * by PTEs: rows of the seed's table of entries.
 */
final class HugeRow {
  private static final int TAIL_PINNED = 1;
  private static final int HEAD_PINNED = 2;

  static final Scenario PMD_MAPPED =
      new Scenario(
              "entry-pmd-mapped-thp",
              "while a PMD entry maps a huge page the flag of its head applies to each page",
              """
              A tail, which has no flag, is pinned read-only through the flag of the head, while the
              PMD entry is split. The split gives each part the flag, before a PTE maps it. Unpin
              finds the flag of the head or of the tail.

                CPU0: GUP-fast of the tail, unpin         CPU1: split of the PMD entry
                (G18) PG_anon_exclusive of the head? yes
                                                          (SP9) set PG_anon_exclusive of the part
                                                          (SP13) store the PMD entry: a table
                (V1)  head or tail exclusive? yes
              """,
              "the table of entries in 6c287605fd56",
              ImmutableList.of("the huge page has two pages"),
              Patches.states(),
              HugeRow::buildPmdMapped)
          .from(new Origin.EntryRow("PMD-mapped THP"));

  static final Scenario PTE_MAPPED =
      new Scenario(
              "entry-pte-mapped-thp",
              "while PTEs map a huge page the flag of each page applies to that page",
              """
              The first page of a huge page was shared with a child that is gone; the second was not.
              PTEs map both. Read-only, the second can be pinned and the first cannot, whatever else
              happens to the entry of the first.

                CPU0: GUP-fast of the tail, of the head   CPU1: zap of the head
                (G18) PG_anon_exclusive of the tail? yes
                                                          (Z3)  clear the PTE
                (G18) PG_anon_exclusive of the head? no
              """,
              "the table of entries in 6c287605fd56",
              ImmutableList.of("the huge page has two pages"),
              Patches.states(),
              HugeRow::buildPteMapped)
          .from(new Origin.EntryRow("PTE-mapped THP"));

  private HugeRow() {}

  private static Setting buildPmdMapped(Kernel kernel, Memory memory) {
    HugePinRace race = new HugePinRace(kernel, memory, HugePage.mapped(memory, kernel));
    GupFast gup = new GupFast(kernel, memory, race.free);
    Unpin unpin = new Unpin(kernel, race.free);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, race.free);
    return race.running(
        new Program(
            "GUP-fast of the tail, unpin",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page pinned = gup.pinFast(cpu, race.mm, race.table.at(1), false);
              if (pinned == null) {
                return 0;
              }
              unpin.unpinUserPage(cpu, pinned);
              return 1;
            }),
        new Program(
            "split of the PMD entry",
            cpu -> {
              split.split(kernel.boot(cpu), race.mm, race.table);
              return 0;
            }));
  }

  private static Setting buildPteMapped(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.partiallyShared(machine, mm);
    GupFast gup = new GupFast(kernel, memory, machine.free);
    Zap zap = new Zap(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "an exclusive page could not be pinned",
                end -> (end.returned(0) & TAIL_PINNED) != 0),
            new Invariant(
                "a page that is not exclusive was pinned read-only",
                end -> !kernel.state().hasAnonExclusive() || (end.returned(0) & HEAD_PINNED) == 0)),
        new Program(
            "GUP-fast of the tail, of the head",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              int pinned = gup.pinFast(cpu, mm, huge.at(1), false) == null ? 0 : TAIL_PINNED;
              return pinned | (gup.pinFast(cpu, mm, huge.at(0), false) == null ? 0 : HEAD_PINNED);
            }),
        new Program(
            "zap of the head",
            engine -> zap.zapPteRange(kernel.boot(engine), mm, huge.at(0)) ? 1 : 0));
  }
}
