package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A huge page that a child maps, too, is split with migration entries. */
final class SplitOfSharedHugePage {
  static final Scenario SCENARIO =
      new Scenario(
              "seed-split-of-shared-thp",
              "split_huge_page() asks to share a huge page that is shared already",
              """
              fork() shares a huge page: PG_anon_exclusive of the head is gone. Then split_huge_page()
              puts migration entries in the place of the PMD entry. The seed calls
              page_try_share_anon_rmap() whether the page is exclusive or not, and that has a
              VM_BUG_ON for a page that is not. Nothing else comes of it. Mended before the second
              version was posted.

                CPU0: fork, then split
                (C9)  clear PG_anon_exclusive of the head
                (SP8) PG_anon_exclusive of the head? no
                (SP8a) VM_BUG_ON: the head is not exclusive
              """,
              "the changelog from v1 to v2 of 6c287605fd56 (mm: remember exclusively mapped anonymous pages)",
              ImmutableList.of("one CPU only"),
              Patches.states(),
              SplitOfSharedHugePage::build)
          .from(
              new Origin.Race(
                  "B19",
                  "6c287605fd56",
                  false,
                  Platform.GENERIC,
                  ImmutableList.of("seed"),
                  ImmutableList.of("S2", "S3")));

  private SplitOfSharedHugePage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PageBlock block = HugePage.isolated(memory, kernel);
    HugePinRace race = new HugePinRace(kernel, memory, block, true);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, race.free);
    return race.running(
        new Program(
            "fork, then split",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              race.fork(cpu);
              split.splitAndFreeze(cpu, race.mm, race.table, block.head());
              return 0;
            }));
  }
}
