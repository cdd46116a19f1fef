package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.HugeWriteFault;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A parent writes to a huge page that it shares with its child, whose PMD entry is split. */
final class HugeWriteFaultVersusSplit {
  static final Scenario SCENARIO =
      new Scenario(
          "c444eb564fb1-thp-mapcount-vs-split",
          "a write fault adds up how often a huge page is mapped while another process splits it",
          """
          Parent and child share a huge page. v5.17 lets the parent write to it if it is mapped
          once, and adds up the counts of the huge page and of its parts. The child's PMD entry is
          split meanwhile: its mapping of the whole becomes one of each part. The parent loads the
          counts of the parts before, and that of the huge page after. The lock of a PMD entry is
          each process's own; the page lock is for both. Later kernels count references, of which
          none goes.

            CPU0: the parent writes                   CPU1: the child's PMD entry is split
            (WH13a) _mapcount of each part: none
                                                      (SP10a) _mapcount of each part + 1
                                                      (SP11a) compound_mapcount - 1
            (WH13a) compound_mapcount: once           [without the page lock]
            (WH17)  store the PMD entry: writable
          """,
          "c444eb564fb1 (mm: thp: make the THP mapcount atomic against __split_huge_pmd_locked()),"
              + " CVE-2020-29368",
          ImmutableList.of(
              "the child splits by mprotect() or munmap() of one page, of which no more"),
          Patches.statesAnd(ThpPatches.S0_WITHOUT_SPLIT_PAGE_LOCK),
          HugeWriteFaultVersusSplit::build);

  private HugeWriteFaultVersusSplit() {}

  private static boolean isMappedWritable(long pmd) {
    return Pte.present(pmd) && Pte.writable(pmd);
  }

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", false);
    Mm child = machine.mm("child", false);
    PageBlock block = HugePage.shared(memory);
    machine.add(block);
    long pmd = Pte.huge(block.head(), false);
    PageTable table = machine.map(mm, PageTable.deposited(memory, "mm", pmd, block.size()));
    PageTable childTable =
        machine.map(child, PageTable.deposited(memory, "child", pmd, block.size()));
    Page spare = machine.free("spare");
    HugeWriteFault fault = new HugeWriteFault(kernel, memory, machine.free);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "a huge page that a child maps is writable for its parent",
                end -> !isMappedWritable(end.value(table.pmd())))),
        new Program(
            "the parent writes",
            engine -> {
              fault.handleMmFault(kernel.boot(engine), mm, table, false, FreeList.of(spare));
              return 0;
            }),
        new Program(
            "the child's PMD entry is split",
            engine -> {
              split.split(kernel.boot(engine), child, childTable);
              return 0;
            }));
  }
}
