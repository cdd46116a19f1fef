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
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A write fault finds a page that only the swap cache has beside it, and a child swaps it in or
 * gives its swap entry up.
 */
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
          (kernel, memory) -> build(kernel, memory, false));

  static final Scenario ZAP =
      new Scenario(
          "write-fault-vs-zap-of-swap-entry",
          "a write fault on a page in the swap cache while another process zaps its swap entry",
          """
          As write-fault-vs-swap-in, but the other process gives its entry up, and swap space is
          full: both take the page out of the swap cache once no entry is left. Whoever does that
          holds the page lock, and looks whether the page is still there: it leaves the swap cache,
          and loses that reference, once.

            CPU0: write fault of the parent           CPU1: zap of the child
            (W4b) _refcount: the entry and the cache
                                                      (MZ1) swap_map - 1: no entry left
                                                      (MZ2) trylock the slot's page
                                                      (RM7) leave the swap cache
                                                      (MZ4) unlock the page
            (W5)  lock the page
            (W5a) PG_swapcache? no
            (W6)  _refcount: nobody else, or the zap still
          """,
          "do_wp_page() and __try_to_reclaim_swap() in v6.1",
          ImmutableList.of("nobody writes to swap"),
          Patches.statesAnd(),
          (kernel, memory) -> build(kernel, memory, true));

  private WriteFaultVersusSwapIn() {}

  private static Setting build(Kernel kernel, Memory memory, boolean zaps) {
    Machine machine = new Machine(kernel, memory);
    SwapSlot slot =
        machine.add(
            zaps
                ? SwapSlot.cachedFull(memory, "slot", 1, at -> page(machine, at))
                : SwapSlot.cached(memory, "slot", 1, at -> page(machine, at)));
    Page page = memory.object(slot.swapCache().initialValue(), Page.class);
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(page)));
    Mm child = machine.mm("child", false);
    PageTable childTable = machine.map(child, PageTable.of(memory, "child", Pte.swap(slot)));
    Page spare = machine.free("spare");
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    return machine.running(
        zaps
            ? new Program(
                "write fault of the parent",
                cpu -> {
                  new WriteFault(kernel, memory, machine.free)
                      .doWpPage(kernel.boot(cpu), mm, table, false, FreeList.of(spare));
                  return 0;
                })
            : new Program(
                "parent writes",
                cpu -> user.write(kernel.boot(cpu), mm, table, 1, FreeList.of(spare)) ? 1 : 0),
        zaps
            ? new Program(
                "zap of the child",
                cpu ->
                    new Zap(kernel, memory, machine.free)
                            .zapPteRange(kernel.boot(cpu), child, childTable)
                        ? 1
                        : 0)
            : new Program(
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
