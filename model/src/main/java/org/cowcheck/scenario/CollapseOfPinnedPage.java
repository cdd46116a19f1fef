package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A page that is pinned is not collapsed. */
final class CollapseOfPinnedPage {
  static final Scenario SCENARIO =
      new Scenario(
          "collapse-of-pinned-page",
          "a pinned page is in the way of collapse",
          """
          A page is pinned for writing when khugepaged comes to its page table. The pin is one
          reference more than the page has mappings, so the pages are let go again and the old page
          table is put back. No concurrency is needed.

            CPU0: pin, then collapse
            (G11)  pin the page
            (KH4)  clear the PMD entry
            (KH15) more references than mappings: give up
            (KH23) store the PMD entry: the page table
          """,
          "mm/khugepaged.c (is_refcount_suitable)",
          ImmutableList.of("one CPU only", "the page table has two entries, one of them empty"),
          Patches.statesAnd(CollapsePatches.S3_WITHOUT_COLLAPSE_COUNT),
          CollapseOfPinnedPage::build);

  private CollapseOfPinnedPage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    CollapseRace race = new CollapseRace(kernel, memory, 0);
    GupFast gup = new GupFast(kernel, memory, race.free);
    CollapseHugePage collapse = new CollapseHugePage(kernel, memory, race.free);
    return race.running(
        new Program(
            "pin, then collapse",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              gup.pinFast(cpu, race.mm, race.table, true);
              return collapse.collapse(
                          cpu, race.mm, race.table.above(), CollapseRace.SIZE, race.pages())
                      == null
                  ? 0
                  : 1;
            }));
  }
}
