package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.LastWritten;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Two CPUs swap out a page each, and one slot is free. */
final class TwoReclaimersOneSlot {
  private static final long FIRST = 7;
  private static final long SECOND = 8;

  static final Scenario SCENARIO =
      new Scenario(
          "two-reclaimers-one-slot",
          "two CPUs swap out a page each, and one slot is free",
          """
          One of the two gets the slot and the other one keeps its page. If both got it, the swap
          cache would have one page for two entries, and one process would read what the other one
          wrote.

            CPU0: reclaim                             CPU1: reclaim of the other page
            (U2a) the slot is free: take it
                                                      (U2a) the slot is free? no
            (U15) store the swap entry
          """,
          "get_swap_pages()",
          ImmutableList.of("the pages stay in the swap cache"),
          Patches.statesAnd(),
          TwoReclaimersOneSlot::build);

  private TwoReclaimersOneSlot() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    SwapSlot slot = machine.slot();
    Mm mm = machine.mm("mm", false);
    Page page = machine.add(AnonPage.isolated(memory, kernel, FIRST));
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.writable(page)));
    Mm other = machine.mm("other", false);
    Page otherPage = machine.add(AnonPage.isolated(memory, "other page", kernel, SECOND));
    PageTable otherTable =
        machine.map(other, PageTable.of(memory, "other", Pte.writable(otherPage)));
    SwapOut swapOut = new SwapOut(kernel, machine.free);
    return machine.running(
        ImmutableList.of(
            new LastWritten(memory, table, FIRST).isSeen("a process sees other contents"),
            new LastWritten(memory, otherTable, SECOND).isSeen("the other sees other contents")),
        new Program(
            "reclaim", cpu -> swapOut.shrinkPage(kernel.boot(cpu), mm, table, page, slot) ? 1 : 0),
        new Program(
            "reclaim of the other page",
            cpu ->
                swapOut.shrinkPage(kernel.boot(cpu), other, otherTable, otherPage, slot) ? 1 : 0));
  }
}
