package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.swap.Pageout;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A page is swapped in and written while it is on its way to the device. */
final class SwapInUnderWriteback {
  static final Scenario STABLE =
      new Scenario(
          "swap-in-during-stable-writeback",
          "a write fault maps a page that a device is writing with a checksum",
          """
          The device needs the page as it is until it is written. The page is in the swap cache,
          its entry is exclusive, and a write fault would map it writable at once. Swap-in has to
          see PG_writeback and leave the page shared: then the write copies it.

            CPU0: reclaim                             CPU1: write fault, write
            (U15) store the swap entry, exclusive
            (RM10) set PG_writeback
            (RM11) unlock the page
                                                      (I3)  lock the page
                                                      (I7a) PG_writeback? yes: not exclusive
                                                      (I12) store the PTE: read-only
            (RM12) read the page for the checksum
                                                      (W13) copy the page
                                                      (H3)  store to the copy
            (RM12) read the page for the device
          """,
          "1493a1913e34 (mm/swap: remember PG_anon_exclusive via a swp pte bit)",
          ImmutableList.of("reclaim and the device run on one CPU"),
          Patches.statesAnd(SwapPatches.WITHOUT_STABLE_WRITES),
          (kernel, memory) -> build(kernel, memory, SwapSlot.Device.STABLE_WRITES));

  static final Scenario RECLAIM =
      new Scenario(
          "reclaim-vs-swap-in",
          "a write fault brings back a page that is being swapped out, written and freed",
          """
          Reclaim unmaps the page, writes it and frees it, if nobody has a reference at the moment
          when it freezes the count. The write fault finds the page in the swap cache, or reads it
          from the device, or finds it on its way out. What it writes must not be lost.

            CPU0: reclaim                             CPU1: write fault, write
            (U15) store the swap entry
                                                      (I2)  the slot's page, _refcount + 1
            (RM21) _refcount from 2 to 0? no
                                                      (I12) store the PTE
                                                      (H3)  store to the page
          """,
          "folio_ref_freeze() in __remove_mapping()",
          ImmutableList.of("reclaim and the device run on one CPU"),
          Patches.statesAnd(),
          (kernel, memory) -> build(kernel, memory, SwapSlot.Device.DISK));

  private SwapInUnderWriteback() {}

  private static Setting build(Kernel kernel, Memory memory, SwapSlot.Device device) {
    Page page = AnonPage.isolated(memory, kernel, SwappedPage.OLD);
    SwappedPage swapped = SwappedPage.mapping(kernel, memory, device, page, Pte.writable(page));
    Page first = swapped.machine.free("first");
    Page second = swapped.machine.free("second");
    return swapped.machine.running(
        ImmutableList.of(
            swapped.lastWritten(SwappedPage.OLD).isSeen("a swap-in maps stale contents"),
            new Invariant(
                "a page changed while a device that needs stable pages wrote it",
                end -> !end.noted(0, Pageout.CHANGED))),
        swapped.reclaim(page),
        new Program(
            "write fault, write",
            cpu -> swapped.writeSwapped(kernel.boot(cpu), FreeList.of(first, second)) ? 1 : 0));
  }
}
