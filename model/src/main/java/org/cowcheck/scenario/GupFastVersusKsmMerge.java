package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast takes a read-only pin on a page while KSM maps a KSM page in its place. */
final class GupFastVersusKsmMerge {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-ksm-merge",
          "GUP-fast pins a read-only page while KSM replaces it by a page of the same contents",
          """
          As gup-fast-vs-ksm-same-pte, and then KSM maps another page: between dropping the PT lock
          and taking it again nobody may have got a pin that lasts. GUP-fast must find the page no
          longer exclusive, or its entry changed.

            CPU0: GUP-fast                            CPU1: KSM
            (G5)  load the PTE: the page
                                                      (M8)   any other reference? no
                                                      (E3)   clear PG_anon_exclusive
                                                      (M11)  store the PTE: as it was
            (G11) pin the page
            (G14) load the PTE: still the same
            (G18) PG_anon_exclusive? no: back off
                                                      (M12e) load the PTE: still the same
                                                      (M12i) store the PTE: the KSM page
          """,
          "6c287605fd56; replace_page()",
          ImmutableList.of("the KSM page is mapped elsewhere already"),
          Patches.exclusivity(),
          GupFastVersusKsmMerge::build);

  private GupFastVersusKsmMerge() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.mappedAndHeld(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page), true);
    Page ksmPage =
        new Page(
            memory,
            "ksm",
            new PageState(
                PageFlag.bit(PageFlag.PG_UPTODATE) | PageFlag.bit(PageFlag.PG_SWAPBACKED),
                Page.KSM_NODE,
                2,
                0));
    Ksm ksm = new Ksm(kernel);
    return race.running(
        race.gupFast(PinRace.Pin.READ_ONLY),
        new Program(
            "KSM",
            cpu ->
                ksm.merge(kernel.boot(cpu), race.mm, race.table, page, ksmPage, race.free)
                    ? 1
                    : 0));
  }
}
