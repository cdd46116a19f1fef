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
import org.cowcheck.mm.MmFault;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.UserAccess;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;

/** A write fault finds a page that only the swap cache has beside it, and a child swaps it in. */
final class WriteFaultVersusSwapIn {
  static final Scenario SCENARIO =
      new Scenario(
          "write-fault-vs-swap-in",
          "a write fault on a page in the swap cache while a child swaps it in",
          """
          Parent and child share a page in the swap cache; the parent maps it, the child has its
          swap entry. The count says two: entry and cache. So the parent's write fault locks the
          page, tries to free the slot, cannot, and finds a reference too many. With the page locked
          the child is either before it, and then the page is mapped twice, or waits.

            CPU0: parent writes                       CPU1: child reads
            (W4b) _refcount: the entry and the cache
                                                      (I2)  _refcount + 1
                                                      (I3)  lock the page
                                                      (I8)  swap_map - 1
                                                      (I12) store the PTE
                                                      (I13) unlock the page
            (W5)  lock the page
            (RM7) no entry: leave the swap cache
            (W6)  _refcount: somebody else, so copy   [if it looks]
          """,
          "do_wp_page() in v6.1",
          ImmutableList.of("nobody writes to swap"),
          Patches.statesAnd(SlowGupPatches.UNCHECKED_REUSE),
          WriteFaultVersusSwapIn::build);

  private WriteFaultVersusSwapIn() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    SwapSlot slot = machine.add(SwapSlot.cached(memory, "slot", 1, at -> page(machine, at)));
    Page page = memory.object(slot.swapCache().initialValue(), Page.class);
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(page)));
    Mm child = machine.mm("child", false);
    PageTable childTable = machine.map(child, PageTable.of(memory, "child", Pte.swap(slot)));
    Page spare = machine.free("spare");
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "parent writes",
            cpu -> user.write(kernel.boot(cpu), mm, table, 1, FreeList.of(spare)) ? 1 : 0),
        new Program(
            "child reads",
            cpu -> {
              new MmFault(kernel, memory, machine.free, FreeList.of())
                  .handle(kernel.boot(cpu), child, childTable, MmFault.Access.READ);
              return 0;
            }));
  }

  /** In the swap cache for the slot at an address, and mapped once. */
  private static Page page(Machine machine, long slot) {
    return machine.page(
        "page",
        new PageState(
            bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | bit(PG_SWAPCACHE),
            Page.ANON_VMA,
            2,
            0,
            0,
            slot));
  }
}
