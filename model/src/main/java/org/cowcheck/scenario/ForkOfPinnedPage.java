package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.Gup;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A process pins a page, forks, and writes to the page. */
final class ForkOfPinnedPage {
  static final Scenario SCENARIO =
      new Scenario(
              "70e806e4e645-fork-of-pinned-page",
              "fork of a process that has pinned a page, and a write afterwards",
              """
              A page is pinned for writing when its process forks. Without the pin check of fork the
              page is shared like any other, the next write of the parent copies it, and the device
              goes on with a page that is the child's alone. With the check the child gets the copy,
              at once. No concurrency is needed.

                CPU0: pin, fork, write
                (G11) pin the page
                (C10) _mapcount + 1: shared               [before 70e806e4e645]
                (C11) write-protect the PTE
                (W17) store the PTE: a copy
              """,
              "70e806e4e645 (mm: Do early cow for pinned pages during fork() for ptes)",
              ImmutableList.of("one CPU only"),
              Patches.statesAnd(
                  SlowGupPatches.S0_WITHOUT_EARLY_COW, SlowGupPatches.S3_WITHOUT_EARLY_COW),
              ForkOfPinnedPage::build)
          .from(
              new Origin.Race(
                  "B6",
                  "70e806e4e645 (mm: Do early cow for pinned pages during fork() for ptes)",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0-without-early-cow", "S3-without-early-cow"),
                  ImmutableList.of("S0", "seed", "S2", "S3")));

  private ForkOfPinnedPage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Fork fork = new Fork(kernel, memory, race.free);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        new Program(
            "pin, fork, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pages = race.pages();
              Gup gup = new Gup(kernel, memory, race.free, pages);
              gup.getUserPagesFast(cpu, race.mm, race.table, GupFlags.PIN_WRITE);
              fork.dupMmap(
                  cpu, race.mm, race.table, race.slot, new Fork.Child(race.childTable, pages));
              return user.write(cpu, race.mm, race.table, 1, pages) ? 1 : 0;
            }));
  }
}
