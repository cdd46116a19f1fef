package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.fault.UnusePte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * Two processes have an entry of the same slot, and each gives its own up, or copies it. They share
 * no PT lock and no mmap_lock: swap_map has its own lock, and the page that the swap cache has for
 * the slot has another one.
 */
final class SwapEntriesOfTwoProcesses {
  static final Scenario FORK =
      new Scenario(
          "fork-vs-zap-of-swap-entry",
          "a process forks while another one zaps an entry of the same slot",
          """
          Fork has one entry more of the slot, the zap one less. swap_map is loaded and stored, not
          added to: its lock alone keeps one of the two from being lost. With an entry lost the slot
          is used for another page while somebody still has an entry of it.

            CPU0: fork                                CPU1: zap of the other process
            (C16) swap_map + 1
                                                      (MZ1) swap_map - 1
            (C18) store the child's entry
                                                      (MZ6) store the PTE: none
          """,
          "swap_duplicate() and free_swap_and_cache()",
          ImmutableList.of("the page stays in the swap cache"),
          Patches.statesAnd(),
          SwapEntriesOfTwoProcesses::buildFork);

  static final Scenario SWAP_IN =
      new Scenario(
          "swap-in-vs-zap-of-swap-entry",
          "a process swaps a page in while another one zaps an entry of the same slot",
          """
          Both free an entry of the slot. Who finds no entry left takes the page out of the swap
          cache: the fault because swap space is full, the zap because of that or because nobody
          maps the page. The page lock sees to it that it leaves the swap cache once.

            CPU0: read fault                          CPU1: zap of the other process
            (I3)  lock the page
            (I8)  swap_map - 1
                                                      (MZ1) swap_map - 1: no entry left
            (RM6) swap_map: any entry?
                                                      (MZ2) trylock the slot's page
            (RM7) leave the swap cache                (RM7) leave the swap cache  [if it is]
            (I12) store the PTE
          """,
          "swap_free(), free_swap_and_cache() and __try_to_reclaim_swap()",
          ImmutableList.of("swap space is full"),
          Patches.statesAnd(),
          SwapEntriesOfTwoProcesses::buildSwapIn);

  static final Scenario SWAPOFF =
      new Scenario(
          "swapoff-vs-zap-of-swap-entry",
          "swapoff() brings a page back while another process zaps an entry of the same slot",
          """
          As swap-in-vs-zap-of-swap-entry, but swapoff() frees the entry of the first process.

            CPU0: swapoff                             CPU1: zap of the other process
            (UP2) lock the page
            (UP9) store the PTE
            (UP10) swap_map - 1
                                                      (MZ1) swap_map - 1: no entry left
            (RM7) leave the swap cache
                                                      (MZ2) trylock the slot's page
          """,
          "unuse_pte() and free_swap_and_cache()",
          ImmutableList.of("swap space is full"),
          Patches.statesAnd(),
          SwapEntriesOfTwoProcesses::buildSwapoff);

  private SwapEntriesOfTwoProcesses() {}

  /** The page is in the swap cache; nobody maps it. */
  private record Entries(Machine machine, Mm mm, PageTable table, SwapSlot slot) {

    static Entries of(Kernel kernel, Memory memory) {
      Machine machine = new Machine(kernel, memory);
      SwapSlot slot = machine.add(SwapSlot.cachedFull(memory, "slot", 2, at -> page(machine, at)));
      Mm mm = machine.mm("mm", false);
      return new Entries(
          machine, mm, machine.map(mm, PageTable.of(memory, "mm", Pte.swap(slot))), slot);
    }

    private static Page page(Machine machine, long slot) {
      return machine.page(
          "page",
          new PageState(
              bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | bit(PG_SWAPCACHE),
              Page.ANON_VMA,
              1,
              -1,
              0,
              slot));
    }

    Setting running(Program program) {
      Mm other = machine.mm("other", false);
      PageTable entry = machine.map(other, PageTable.of(machine.memory, "other", Pte.swap(slot)));
      Zap zap = new Zap(machine.kernel, machine.memory, machine.free);
      return machine.running(
          program,
          new Program(
              "zap of the other process",
              cpu -> zap.zapPteRange(machine.kernel.boot(cpu), other, entry) ? 1 : 0));
    }
  }

  private static Setting buildFork(Kernel kernel, Memory memory) {
    Entries entries = Entries.of(kernel, memory);
    Machine machine = entries.machine();
    PageTable child = machine.map(machine.mm("child", false), PageTable.of(memory, "child", 0));
    Fork fork = new Fork(kernel, memory, machine.free);
    return entries.running(
        new Program(
            "fork",
            cpu -> {
              fork.dupMmap(
                  kernel.boot(cpu),
                  entries.mm(),
                  entries.table(),
                  entries.slot(),
                  new Fork.Child(child, FreeList.of()));
              return 0;
            }));
  }

  private static Setting buildSwapIn(Kernel kernel, Memory memory) {
    Entries entries = Entries.of(kernel, memory);
    SwapIn swapIn = new SwapIn(kernel, memory, entries.machine().free);
    return entries.running(
        new Program(
            "read fault", cpu -> swapIn.doSwapPage(kernel.boot(cpu), entries.table()) ? 1 : 0));
  }

  private static Setting buildSwapoff(Kernel kernel, Memory memory) {
    Entries entries = Entries.of(kernel, memory);
    UnusePte unuse = new UnusePte(kernel, memory, entries.machine().free);
    return entries.running(
        new Program(
            "swapoff",
            cpu ->
                unuse.unusePteRange(
                        kernel.boot(cpu), entries.table(), entries.slot(), FreeList.of())
                    ? 1
                    : 0));
  }
}
