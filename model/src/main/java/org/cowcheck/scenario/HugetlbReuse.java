package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.hugetlb.FollowHugetlbPage;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A write fault reuses a page of hugetlb that is mapped once, while somebody who mapped it before
 * still has a reference to it.
 */
final class HugetlbReuse {
  static final Steps STEPS = new Steps("the holder of a page of hugetlb");

  private static final Step READ_THROUGH =
      STEPS.step("HB1", "pipe or device", "load from the page that it has a reference to");

  private static final String STORY =
      """
      Parent and child share a page of hugetlb after a fork. The child takes a reference of it for
      reading, unmaps it, and then reads what its reference shows. hugetlb_wp() asks how often a
      page is mapped, not who has references: the parent goes on to use the page alone, and what it
      writes is seen by the child. vmsplice() takes references by FOLL_GET, which never unshares.
      FOLL_PIN unshares since the exclusive flag is there: the child gets a page of its own first.

        CPU0: child takes, unmaps, reads          CPU1: parent writes
        (G8)  take a reference
        (HN8) compound_mapcount - 1
                                                  (HX2) mapped once: reuse
                                                  (HU3) store to the page
        (HB1) load through the reference
      """;

  static final Scenario GET =
      scenario(
          "hugetlb-reuse-vs-vmsplice",
          "a page of hugetlb is reused for writing while the child has a FOLL_GET reference to it",
          false,
          new Origin.Race(
              "B18",
              "none: open for vmsplice() (CVE-2020-29374 on hugetlb)",
              false,
              Platform.X86,
              ImmutableList.of("S0", "seed", "S2", "S3"),
              ImmutableList.of()));

  static final Scenario PIN =
      scenario(
          "a7f226604170-hugetlb-reuse-vs-pin",
          "a page of hugetlb is reused for writing while the child has a read-only pin of it",
          true,
          new Origin.Race(
              "B18",
              "a7f226604170 (mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared"
                  + " anonymous page)",
              false,
              Platform.X86,
              ImmutableList.of("S0"),
              ImmutableList.of("seed", "S2", "S3")));

  private HugetlbReuse() {}

  private static Scenario scenario(String name, String title, boolean pins, Origin.Race origin) {
    return new Scenario(
            name,
            title,
            STORY,
            "a7f226604170; tools/testing/selftests/mm/cow.c, vmsplice() cases of hugetlb",
            ImmutableList.of("the reference is taken by slow GUP"),
            Patches.states(),
            (kernel, memory) -> build(kernel, memory, pins))
        .from(origin);
  }

  private static Setting build(Kernel kernel, Memory memory, boolean pins) {
    HugetlbRace race = HugetlbRace.shared(kernel, memory);
    FollowHugetlbPage gup = new FollowHugetlbPage(kernel, memory, race.free);
    HugetlbZap zap = new HugetlbZap(kernel, memory, race.free);
    HugetlbAccess user = new HugetlbAccess(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(
            new Invariant(
                "the child reads through its reference what its parent wrote after fork",
                end -> end.returned(0) != 1)),
        new Program(
            "child takes, unmaps, reads",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page page =
                  pins
                      ? gup.pin(cpu, race.child, 0, false, race.pages())
                      : gup.get(cpu, race.child, 0, race.pages());
              zap.unmapHugepageRange(cpu, race.child);
              return page == null ? 2 : cpu.at(READ_THROUGH).READ_ONCE(page.contents());
            }),
        new Program(
            "parent writes",
            engine ->
                user.write(kernel.boot(engine), race.parent, 0, 1, race.otherPages()) ? 1 : 0));
  }
}
