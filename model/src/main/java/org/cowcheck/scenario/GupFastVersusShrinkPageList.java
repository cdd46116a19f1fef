package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A page is pinned while it is swapped out, swapped in again, and written. */
final class GupFastVersusShrinkPageList {
  /** Not the seed: what it loses is in {@link GupFastVersusSwapOut#SWAP_IN} already. */
  private static final ImmutableList<Patch> STATES =
      Patches.states().stream()
          .filter(patch -> patch.base() != KernelState.S1)
          .collect(ImmutableList.toImmutableList());

  static final Scenario SCENARIO =
      new Scenario(
              "feb889fb40fa-swap-out-of-pinned-page",
              "a page that is pinned while it is swapped out is copied by the next write",
              """
              feb889fb40fa has shrink_page_list() leave pinned pages alone. It looks before it
              unmaps, and GUP-fast may pin the page after that and still find its entry: the window
              is narrower, and still there. The page comes back from the swap cache mapped
              read-only, and in v5.17 the write fault sees the pin as one reference too many and
              copies the page. The series looks for pins once the entry is cleared, and swap-in
              brings exclusivity back.

                CPU0: GUP-fast                            CPU1: swap-out, swap-in, write
                                                          (U2)  pinned? no
                (G5)  load the PTE: the page
                (G11) pin the page
                (G14) load the PTE: still the same
                                                          (U9)  clear the PTE
                                                          (U15) store the swap entry
                                                          (I12) store the PTE: read-only
                                                          (W4)  other references: copy
              """,
              "feb889fb40fa (mm: don't put pinned pages into the swap cache); 6c287605fd56",
              ImmutableList.of(
                  "faults and swap-out run on one CPU", "the page stays in the swap cache"),
              STATES,
              GupFastVersusShrinkPageList::build)
          .from(
              new Origin.Race(
                  "B10",
                  "6c287605fd56 (mm: remember exclusively mapped anonymous pages with"
                      + " PG_anon_exclusive)",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0"),
                  ImmutableList.of("S2", "S3")));

  private GupFastVersusShrinkPageList() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    SwapOut swapOut = new SwapOut(kernel, race.free);
    SwapIn swapIn = new SwapIn(kernel, memory, race.free);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "swap-out, swap-in, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (!swapOut.shrinkPage(cpu, race.mm, race.table, page, race.slot)
                  || !swapIn.doSwapPage(cpu, race.table)) {
                return 0;
              }
              return user.write(cpu, race.mm, race.table, 1, race.pages()) ? 1 : 0;
            }));
  }
}
