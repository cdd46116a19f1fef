package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.CollapsePatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page that is being collapsed into a huge page. */
final class GupFastVersusCollapse {
  static final Scenario SCENARIO =
      new Scenario(
              "70cbc3cc78a9-gup-fast-vs-collapse",
              "GUP-fast pins a page while it is copied into a huge page and given up",
              """
              GUP-fast has loaded the PMD entry and the PTE when the PMD entry is cleared. The
              flush of the TLB sends no IPI on arm64, so nothing waits for GUP-fast. Collapse finds
              no reference beyond the mappings, and then GUP-fast takes one: the PTE is still the
              same, because collapse clears it only once it has copied the page. The pin holds an
              old page that nobody maps any more.

                CPU0: GUP-fast                            CPU1: collapse
                (G4)  load the PMD entry: the page table
                (G5)  load the PTE: the page
                                                          (KH4)  clear the PMD entry, flush
                                                          (KH15) any other reference? no
                (G8)  _refcount + 1
                (G14) load the PTE: still the same
                                                          (KH31) copy the page
                                                          (KH34) clear the PTE
                                                          (KH48) store the PMD entry: huge

              Since 70cbc3cc78a9 GUP-fast loads the PMD entry again at G13, after its reference;
              collapse clears the entry and then loads the count. Each is store, full barrier,
              load, so one of them sees the other. Since 2ba99c5e0881 collapse also waits for
              GUP-fast (KH6), which alone would be enough here. On x86 the flush has always waited.
              """,
              "70cbc3cc78a9 (mm: gup: fix the fast GUP race against THP collapse)",
              ImmutableList.of("the page table has two entries, of which the second is empty"),
              Patches.statesAnd(
                  CollapsePatches.S3_WITHOUT_PMD_RECHECK,
                  CollapsePatches.S3_WITHOUT_COLLAPSE_SYNC,
                  CollapsePatches.S3_WITHOUT_PMD_RECHECK_AND_COLLAPSE_SYNC),
              GupFastVersusCollapse::build)
          .from(
              new Origin.Race(
                  "B13",
                  "70cbc3cc78a9",
                  false,
                  Platform.GENERIC,
                  ImmutableList.of("S0", "seed", "S2", "S3-without-pmd-recheck-and-collapse-sync"),
                  ImmutableList.of("S3-without-collapse-sync", "S3")));

  private GupFastVersusCollapse() {}

  private static Setting build(Kernel kernel, Memory memory) {
    CollapseRace race = new CollapseRace(kernel, memory, 0);
    return race.running(race.gupFast(), race.collapse());
  }
}
