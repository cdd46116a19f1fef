package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Reclaim discards a page of MADV_FREE while a direct IO reads into it. */
final class MadviseFreeVersusDirectIo {
  private static final String FIX =
      "6c8e2a256915 (mm: fix race between MADV_FREE reclaim and blkdev direct IO read)";

  static final Scenario SCENARIO =
      new Scenario(
              "6c8e2a256915-madv-free-direct-io",
              "reclaim discards a page of MADV_FREE that a direct IO has just got hold of",
              """
              The page is clean, and reclaim may discard it. A direct IO takes a reference, makes
              the page dirty, and reads into it. Until v5.18 reclaim looked at PG_dirty alone. Since
              then it looks at the count, after the entry is cleared (smp_mb, MF1), and at PG_dirty
              after the count (smp_rmb, MF3): who has dropped its reference has made the page dirty
              before.

                CPU0: pin, direct IO, unpin               CPU1: reclaim
                (G8)  _refcount + 1
                (G14) load the PTE: still the same
                                                          (U9)  clear the PTE
                                                          (MF2) _refcount                 [since v5.18]
                                                          (MF4) PG_dirty? no: discard
                (MF30) set PG_dirty
                (MF31) the device stores to the page
              """,
              FIX,
              ImmutableList.of(
                  "a pin takes the place of the direct IO's plain reference (FOLL_GET); its first"
                      + " step is the same",
                  "the page is isolated and clean already, and its PTE writable and clean"),
              Patches.statesAnd(
                  SwapPatches.WITHOUT_LAZYFREE_COUNT,
                  SwapPatches.WITHOUT_LAZYFREE_MB,
                  SwapPatches.WITHOUT_LAZYFREE_RMB),
              MadviseFreeVersusDirectIo::build)
          .from(
              new Origin.Race(
                  "B12",
                  FIX,
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S3-without-6c8e2a256915"),
                  ImmutableList.of("S2", "S3")));

  private MadviseFreeVersusDirectIo() {}

  private static Setting build(Kernel kernel, Memory memory) {
    long exclusive =
        kernel.state().hasAnonExclusive() ? PageFlag.bit(PageFlag.anonExclusive(kernel)) : 0;
    PageState lazy =
        new PageState(PageFlag.bit(PageFlag.PG_UPTODATE) | exclusive, Page.ANON_VMA, 2, 0);
    Page page = new Page(memory, "page", lazy);
    SwappedPage swapped =
        SwappedPage.mapping(
            kernel, memory, SwapSlot.Device.DISK, page, Pte.writable(page) & ~Pte.DIRTY);
    GupFast gup = new GupFast(kernel, memory, swapped.machine.free);
    Unpin unpin = new Unpin(kernel, swapped.machine.free);
    return swapped.machine.running(
        ImmutableList.of(
            new Invariant(
                "reclaim discards a page that is written through a reference",
                end ->
                    end.returned(0) == 0
                        || (Pte.names(end.value(swapped.table.pte()), page)
                            && end.value(page.contents()) == SwappedPage.NEW))),
        new Program(
            "pin, direct IO, unpin",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page pinned = gup.pinFast(cpu, swapped.mm, swapped.table, true);
              if (pinned == null) {
                return 0;
              }
              DirectIo.readInto(cpu, pinned, SwappedPage.NEW);
              unpin.unpinUserPage(cpu, pinned);
              return 1;
            }),
        swapped.reclaim(page));
  }
}
