package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Two threads fault on one swap entry, and each reads the slot into a page of its own. */
final class SwapInSkipsSwapCache {
  static final Scenario SCENARIO =
      new Scenario(
              "13ddaf26be32-swap-in-skips-swap-cache",
              "a swap-in without swap cache maps what was in the slot before it was used again",
              """
              The slot of a synchronous device has one entry, so each fault reads it into a page of
              its own. CPU0 has read it when CPU1 maps its page, writes, and has the page swapped
              out again: to the same slot. The entry has the same value as before, so pte_same()
              lets CPU0 map what it has read: the write is lost. 13ddaf26be32 sets SWAP_HAS_CACHE
              while the slot is read, and nobody else reads it then.

                CPU0: read fault                          CPU1: write fault, write, swap-out
                (I1)  load the PTE: the slot
                (I2c) swap_map: one entry
                                                          (I2c) swap_map: one entry
                (I2h) copy from the slot: old
                                                          (I12) store the PTE: a page
                                                          (H3)  store to the page
                                                          (U15) store the swap entry
                                                          (RM12) copy the page to the slot: new
                (I5)  load the PTE: still the same
                (I12) store the PTE: the page with old contents
              """,
              "13ddaf26be32 (mm/swap: fix race when skipping swapcache)",
              ImmutableList.of(
                  "the thread that writes and the reclaim of its page run on one CPU",
                  "one slot, which is free for the next page once its entry is gone"),
              Patches.statesAnd(SwapPatches.SWAPCACHE_PREPARE, SwapPatches.WITHOUT_PTE_SAME),
              SwapInSkipsSwapCache::build)
          .from(
              new Origin.Race(
                  "B20",
                  "13ddaf26be32 (mm/swap: fix race when skipping swapcache)",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S2", "S3"),
                  ImmutableList.of("S3-with-13ddaf26be32")));

  private SwapInSkipsSwapCache() {}

  private static Setting build(Kernel kernel, Memory memory) {
    SwappedPage swapped = SwappedPage.swapped(kernel, memory, SwapSlot.Device.SYNCHRONOUS);
    Page read = swapped.machine.free("read");
    Page written = swapped.machine.free("written");
    return swapped.machine.running(
        ImmutableList.of(
            swapped.lastWritten(SwappedPage.OLD).isSeen("a swap-in maps stale contents")),
        swapped.fault(false, read),
        new Program(
            "write fault, write, swap-out",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pages = FreeList.of(written);
              return swapped.writeSwapped(cpu, pages)
                      && swapped.swapOut().isolate(cpu, written)
                      && swapped
                          .swapOut()
                          .shrinkPageList(cpu, swapped.mm, swapped.table, written, swapped.slot)
                  ? 1
                  : 0;
            }));
  }
}
