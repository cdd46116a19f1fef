package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins an exclusive anonymous page while it is swapped out. */
final class GupFastVersusSwapOut {
  private static final String SOURCE =
      "088b8aa537c2 (mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast)";

  private static final String FORK_STORY =
      """
      Swap-out clears the entry, finds no pin, clears PG_anon_exclusive and stores a swap entry that
      remembers it. GUP-fast pins the page and still finds its entry unchanged: each has missed the
      other's store. Then a fork takes the exclusive bit from the swap entry, and nothing brings
      exclusivity back.

        CPU0: GUP-fast                            CPU1: swap-out, then fork
        (G5)  load the PTE: the page
        (G14) load the PTE: still the same [early]
                                                  (U9)  clear the PTE
                                                  (E2)  pinned? no
        (G11) pin the page                 [late]
                                                  (E3)  clear PG_anon_exclusive
                                                  (U15) store the swap entry, exclusive
                                                  (C17) store the swap entry, not exclusive
      """;

  private static final String SWAP_IN_STORY =
      """
      As gup-fast-vs-swap-out, but instead of a fork a read fault swaps the page in again: the
      exclusive bit of the swap entry brings PG_anon_exclusive back.

        CPU0: GUP-fast                            CPU1: swap-out, then swap-in
        (G5)  load the PTE: the page
        (G14) load the PTE: still the same [early]
                                                  (U9)  clear the PTE
                                                  (E2)  pinned? no
        (G11) pin the page                 [late]
                                                  (E3)  clear PG_anon_exclusive
                                                  (U15) store the swap entry, exclusive
                                                  (RG23) set PG_anon_exclusive
                                                  (I12) store the PTE
      """;

  static final Scenario FORK =
      scenario(
              "gup-fast-vs-swap-out",
              "GUP-fast takes a writable pin during swap-out, and a fork shares the swap entry",
              FORK_STORY,
              PinRace.Pin.WRITABLE,
              true)
          .from(
              new Origin.Race(
                  "B11a",
                  SOURCE,
                  true,
                  Platform.ARM64,
                  ImmutableList.of("S2", "S3-without-M1"),
                  ImmutableList.of("S3")));

  static final Scenario FORK_READ_ONLY =
      scenario(
          "gup-fast-vs-swap-out-read-only",
          "GUP-fast takes a read-only pin during swap-out, and a fork shares the swap entry",
          FORK_STORY,
          PinRace.Pin.READ_ONLY,
          true);

  static final Scenario SWAP_IN =
      scenario(
          "gup-fast-vs-swap-out-swap-in",
          "GUP-fast takes a writable pin during swap-out, and the page is swapped in again",
          SWAP_IN_STORY,
          PinRace.Pin.WRITABLE,
          false);

  private GupFastVersusSwapOut() {}

  private static Scenario scenario(
      String name, String title, String story, PinRace.Pin pin, boolean forks) {
    return new Scenario(
        name,
        title,
        story,
        SOURCE,
        ImmutableList.of(
            "the fork or the fault runs on the CPU that swaps out, after it",
            "nothing is written to swap, and the page stays in the swap cache"),
        Patches.exclusivity(),
        (kernel, memory) -> build(kernel, memory, pin, forks));
  }

  /** A read-only pin is taken through a read-only entry, whose page it has to find exclusive. */
  private static Setting build(Kernel kernel, Memory memory, PinRace.Pin pin, boolean forks) {
    Page page = AnonPage.isolated(memory, kernel);
    long pte = pin.entry(page);
    PinRace race = new PinRace(kernel, memory, page, pte, true);
    SwapOut swapOut = new SwapOut(kernel, race.free);
    SwapIn swapIn = new SwapIn(kernel, memory, race.free);
    return race.running(
        race.gupFast(pin),
        new Program(
            forks ? "swap-out, then fork" : "swap-out, then swap-in",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (!swapOut.shrinkPage(cpu, race.mm, race.table, page, race.slot)) {
                return 0;
              }
              if (forks) {
                race.fork(cpu);
              } else {
                swapIn.doSwapPage(cpu, race.table);
              }
              return 1;
            }));
  }
}
