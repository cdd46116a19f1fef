package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.fault.HugeFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a huge page whose count of pins has just been set to 0. */
final class GupFastVersusHugeFault {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-huge-fault",
          "GUP-fast pins a huge page while it is faulted in",
          """
          page_add_new_anon_rmap() sets compound_pincount of the new huge page to 0, and the fault
          then stores the PMD entry. The smp_wmb() of __SetPageUptodate() comes before both. Were
          nothing between them, GUP-fast might find the entry, pin the page, and have its pin wiped
          out by the 0. What is between is the LRU: a huge page does not stay in a batch, and the
          batch drops its reference by a fully ordered operation (LR5), which is not there for this.

            CPU0: GUP-fast                            CPU1: do_huge_pmd_anonymous_page
                                                      (HP5) store the PMD entry     [if not for LR5]
            (G4)  load the PMD entry: the huge page
            (G11) compound_pincount: 0 becomes 1
                                                      (RH2) compound_pincount becomes 0
          """,
          "a question of our own; page_add_new_anon_rmap() and folio_add_lru(), v5.17 to v6.1",
          ImmutableList.of("the huge page has two pages"),
          Patches.statesAnd(ThpPatches.RELAXED_BATCH_PUT),
          GupFastVersusHugeFault::build);

  private GupFastVersusHugeFault() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page head = machine.add(PageBlock.free(memory, "huge", 2));
    Mm mm = machine.mm("mm", true);
    PageTable table = machine.map(mm, PageTable.deposited(memory, "mm", 0, 2));
    GupFast gup = new GupFast(kernel, memory, machine.free);
    HugeFault fault = new HugeFault(kernel);
    return machine.running(
        new Program(
            "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, table, true) == null ? 0 : 1),
        new Program(
            "do_huge_pmd_anonymous_page",
            cpu ->
                fault.doHugePmdAnonymousPage(
                        kernel.boot(cpu), table, FreeList.of(head), machine.free)
                    ? 1
                    : 0));
  }
}
