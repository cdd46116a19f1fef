package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast takes a read-only pin of a page of hugetlb of the size of a PUD, which is shared. */
final class GupHugePudWithoutUnshare {
  private static final String FIX =
      "a7f226604170 (mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous"
          + " page), from v1 of the series on";

  static final Scenario SCENARIO =
      new Scenario(
              "rfc-gup-huge-pud-without-unshare",
              "GUP-fast takes a read-only pin of a shared page of hugetlb below a PUD, then a write",
              """
              Parent and child share a page of hugetlb after a fork. The RFC series asks
              gup_must_unshare() where a PTE or a PMD maps a page, and forgets gup_huge_pud() and
              gup_hugepte(). The read-only pin is of a page that is shared, and the next write of
              the parent copies it: page table and pin diverge. No concurrency is needed.

                CPU0: parent pins, then writes
                (HG1) load the PUD entry: read-only
                (G11) pin
                (HG3) load the PUD entry: the same
                      [no (HG4): exclusive?]
                (HX2) mapped twice, so copy
                (HU3) store to the copy
              """,
              "RFC 12/13 of the series of 24 Feb 2022; changelog of v1",
              ImmutableList.of(
                  "one CPU only",
                  "in traces mm.pmd is the PUD entry",
                  "the PUD entry has a lock of its own, not page_table_lock"),
              HugetlbPatches.unshare(),
              GupHugePudWithoutUnshare::build)
          .from(
              new Origin.Race(
                  "B19",
                  FIX,
                  false,
                  Platform.X86,
                  ImmutableList.of("seed", "S2-without-gup-huge-pud-unshare"),
                  ImmutableList.of("seed-with-gup-huge-pud-unshare", "S2", "S3")));

  private GupHugePudWithoutUnshare() {}

  private static Setting build(Kernel kernel, Memory memory) {
    HugetlbRace race = HugetlbRace.shared(kernel, memory);
    GupFast gup = new GupFast(kernel, memory, race.free);
    HugetlbAccess user = new HugetlbAccess(kernel, memory, race.free);
    return race.running(
        new Program(
            "parent pins, then writes",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              gup.pinFastBelowPud(cpu, race.parent.mm(), race.table, false);
              return user.write(cpu, race.parent, 0, 1, race.pages()) ? 1 : 0;
            }));
  }
}
