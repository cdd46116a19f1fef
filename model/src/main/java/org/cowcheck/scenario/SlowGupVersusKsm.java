package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Slow GUP pins an exclusive page for reading while KSM write-protects it. */
final class SlowGupVersusKsm {
  static final Scenario SCENARIO =
      new Scenario(
          "slow-gup-vs-ksm",
          "slow GUP takes a read-only pin while KSM write-protects the page",
          """
          As gup-fast-vs-ksm-same-pte, but under the PT lock: KSM's look at the count and the
          cleared flag are one section, the look at the flag and the pin another. After KSM, GUP
          finds the page not exclusive, unshares it and pins the copy. S0 pins what may be merged.

            CPU0: slow GUP                            CPU1: KSM
            (FG7)  PG_anon_exclusive? yes
                                                      (M8)  any other reference? no
            (FG10) _refcount + 1024                   [without the PT lock]
                                                      (E3)  clear PG_anon_exclusive
                                                      (M11) store the PTE: read-only
          """,
          "gup_must_unshare() in v6.1",
          ImmutableList.of("the page is not merged in the end"),
          Patches.statesAnd(SlowGupPatches.UNLOCKED_FOLLOW),
          SlowGupVersusKsm::build);

  private SlowGupVersusKsm() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.mappedAndHeld(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page), true);
    Ksm ksm = new Ksm(kernel);
    return race.running(
        new Program(
            "slow GUP",
            cpu -> {
              FreeList pages = race.pages();
              SlowGup gup = new SlowGup(kernel, memory, race.free.onto(pages), pages);
              return gup.getUserPages(kernel.boot(cpu), race.mm, Vma.ANON, race.table, GupFlags.PIN)
                      == null
                  ? 0
                  : 1;
            }),
        new Program(
            "KSM",
            cpu -> ksm.writeProtectPage(kernel.boot(cpu), race.mm, race.table, page) ? 1 : 0));
  }
}
