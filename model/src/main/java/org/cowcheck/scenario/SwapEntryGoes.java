package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fault.UnusePte;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A fault on a swap entry that somebody else takes away: swapoff() or MADV_DONTNEED. */
final class SwapEntryGoes {
  private static final String FAULT_STORY =
      """
        CPU0: write fault, write                  CPU1: %s
        (I1)  load the PTE: swap entry            %s  load the PTE: swap entry
        (I2)  the slot's page, or (I2f) read it   %s
        (I3)  lock the page                       %s
        (I5)  load the PTE: still the same?
        (I12) store the PTE
        (H3)  store to the page
      """;

  static final Scenario SWAPOFF =
      new Scenario(
          "swap-in-vs-swapoff",
          "a write fault and swapoff() bring back the same page",
          """
          One of the two reads the slot into the swap cache; the page lock and a second look at the
          entry see to it that the page is mapped once, and that the swap entry is freed once. What
          is written then is not lost.

          """
              + String.format(
                  FAULT_STORY, "swapoff", "(UP1)", "(I2)  the slot's page", "(UP2) lock the page"),
          "unuse_pte() and do_swap_page()",
          ImmutableList.of(),
          Patches.statesAnd(SwapPatches.WITHOUT_PTE_SAME, SwapPatches.WITHOUT_RECHECKS),
          SwapEntryGoes::buildSwapoff);

  static final Scenario DONTNEED =
      new Scenario(
          "swap-in-vs-madv-dontneed",
          "a write fault brings back a page that MADV_DONTNEED throws away",
          """
          Both hold mmap_lock for reading. If the entry is zapped first, the fault must not map what
          it has read; if the fault is first, the page is zapped.

          """
              + String.format(
                  FAULT_STORY,
                  "MADV_DONTNEED",
                  "(Z2) ",
                  "(MZ1) swap_map - 1",
                  "(MZ6) store the PTE: none"),
          "zap_pte_range() and do_swap_page()",
          ImmutableList.of("the user does not write"),
          Patches.statesAnd(SwapPatches.WITHOUT_PTE_SAME),
          SwapEntryGoes::buildDontneed);

  private SwapEntryGoes() {}

  private static Setting buildSwapoff(Kernel kernel, Memory memory) {
    SwappedPage swapped = SwappedPage.swapped(kernel, memory, SwapSlot.Device.DISK);
    Page first = swapped.machine.free("first");
    Page second = swapped.machine.free("second");
    Page third = swapped.machine.free("third");
    UnusePte unuse = new UnusePte(kernel, memory, swapped.machine.free);
    return swapped.machine.running(
        ImmutableList.of(
            swapped.lastWritten(SwappedPage.OLD).isSeen("a swap-in maps stale contents")),
        new Program(
            "write fault, write",
            cpu -> swapped.writeSwapped(kernel.boot(cpu), FreeList.of(first, second)) ? 1 : 0),
        new Program(
            "swapoff",
            cpu ->
                unuse.unusePteRange(
                        kernel.boot(cpu), swapped.table, swapped.slot, FreeList.of(third))
                    ? 1
                    : 0));
  }

  private static Setting buildDontneed(Kernel kernel, Memory memory) {
    SwappedPage swapped = SwappedPage.swapped(kernel, memory, SwapSlot.Device.DISK);
    Page first = swapped.machine.free("first");
    Page second = swapped.machine.free("second");
    Zap zap = new Zap(kernel, memory, swapped.machine.free);
    return swapped.machine.running(
        ImmutableList.of(
            new Invariant(
                "memory comes back that was thrown away",
                end -> end.value(swapped.table.pte()) == 0)),
        swapped.fault(true, first, second),
        new Program(
            "MADV_DONTNEED",
            cpu -> zap.zapPteRange(kernel.boot(cpu), swapped.mm, swapped.table) ? 1 : 0));
  }
}
