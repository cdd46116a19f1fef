package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.HugeMappingCount;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.HugeWriteFault;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A write fault on a huge page makes its PMD entry writable while MADV_DONTNEED clears it. */
final class HugeWriteFaultVersusZap {
  static final Scenario SCENARIO =
      new Scenario(
          "thp-write-fault-vs-zap",
          "a write fault reuses a huge page that MADV_DONTNEED unmaps",
          """
          The fault has loaded the PMD entry without its lock. Once it has the lock it looks whether
          the entry is the same: MADV_DONTNEED, which holds mmap_lock for reading as the fault does,
          may have cleared it, and PG_anon_exclusive stays set when a page is unmapped. What the
          fault stores is made from the entry that it has loaded first.

            CPU0: write fault                         CPU1: MADV_DONTNEED
            (WH1)  load the PMD entry: read-only
                                                      (ZH3) clear the PMD entry
                                                      (RH7) compound_mapcount - 1
            (WH3)  load the PMD entry: the same? no
            (WH4)  PG_anon_exclusive? yes             [without WH3]
            (WH17) store the PMD entry: writable
          """,
          "v6.1 mm/huge_memory.c: do_huge_pmd_wp_page(), zap_huge_pmd()",
          ImmutableList.of("mmap_lock, which both hold for reading"),
          Patches.states(),
          HugeWriteFaultVersusZap::build);

  private HugeWriteFaultVersusZap() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    PageBlock block = HugePage.mapped(memory, kernel);
    machine.add(block);
    long pmd = Pte.huge(block.head(), false);
    PageTable table = machine.map(mm, PageTable.deposited(memory, "mm", pmd, block.size()));
    Page spare = machine.free("spare");
    HugeWriteFault fault = new HugeWriteFault(kernel, memory, machine.free);
    ZapHugePmd zap = new ZapHugePmd(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(HugeMappingCount.of(table.above(), block)),
        new Program(
            "write fault",
            engine -> {
              fault.handleMmFault(kernel.boot(engine), mm, table, false, FreeList.of(spare));
              return 0;
            }),
        new Program("MADV_DONTNEED", cpu -> zap.zapHugePmd(kernel.boot(cpu), mm, table) ? 1 : 0));
  }
}
