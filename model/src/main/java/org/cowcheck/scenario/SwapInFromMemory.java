package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.Setting;

/** A page goes to a device that is memory, and comes back from it without the swap cache. */
final class SwapInFromMemory {
  static final Scenario BRD =
      new Scenario(
          "swap-in-from-brd-vs-reclaim",
          "swap-in finds no page in the swap cache, and copies what brd had before it was written",
          """
          Reclaim has unmapped a page. Now it copies the page to the slot, and then takes it out of
          the swap cache. A fault finds the swap cache empty, and the slot with one entry: it copies
          the slot, without the swap cache. Nothing keeps its load of the slot behind that of the
          swap cache: a branch orders no loads, the loads of brd take no lock, and one critical
          section on the way, that of the page allocator, does not order what is before it and
          after it.

            CPU0: reclaim                             CPU1: read fault
                                                      (I2h) copy from the slot: old   [early]
            (RM12) copy the page to the slot
            (RM24) the swap cache has no page
                                                      (I2)  the slot's page? none
                                                      (I12) store the PTE: old contents

          With 13ddaf26be32 the fault takes the lock of swap_map and finds SWAP_HAS_CACHE clear,
          which reclaim has cleared under that lock, later than all this.
          """,
          "found by cowcheck hunt; do_swap_page() and drivers/block/brd.c, v5.17 to v6.1",
          ImmutableList.of(
              "of what do_swap_page() does between lookup and copy, the charge of the page to its"
                  + " cgroup is left out; of cgroup v1 it takes a second lock, which orders the two",
              "the entry of brd's tree for the slot's page is there from the start"),
          Patches.statesAnd(SwapPatches.SWAPCACHE_PREPARE),
          (kernel, memory) -> build(kernel, memory, SwapSlot.Device.SYNCHRONOUS));

  static final Scenario ZRAM =
      new Scenario(
          "swap-in-from-zram-vs-reclaim",
          "swap-in finds no page in the swap cache, and copies what zram has",
          """
          As of brd, but zram has a lock for each slot: what the slot names changes under it, and
          is copied under it. If the copy comes first, its unlock, after the load of the swap
          cache, comes before the lock of the write, and so before the swap cache is empty.

            CPU0: reclaim                             CPU1: read fault
            (RM12) lock, the slot names a copy of the page, unlock
            (RM24) the swap cache has no page
                                                      (I2)  the slot's page? none
                                                      (I2h) lock, copy from the slot, unlock
          """,
          "zram_slot_lock() in drivers/block/zram/zram_drv.c, v5.17 to v6.1",
          ImmutableList.of("bit_spin_lock() is a spinlock"),
          Patches.states(),
          (kernel, memory) -> build(kernel, memory, SwapSlot.Device.ZRAM));

  private SwapInFromMemory() {}

  private static Setting build(Kernel kernel, Memory memory, SwapSlot.Device device) {
    SwappedPage swapped = SwappedPage.unmapped(kernel, memory, device);
    Page page = memory.object(swapped.slot.swapCache().initialValue(), Page.class);
    Page fresh = swapped.machine.free("fresh");
    return swapped.machine.running(
        ImmutableList.of(
            swapped.lastWritten(SwappedPage.OLD).isSeen("a swap-in maps stale contents")),
        swapped.reclaim(page),
        swapped.fault(false, fresh));
  }
}
