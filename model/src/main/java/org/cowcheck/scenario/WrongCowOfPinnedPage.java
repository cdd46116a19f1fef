package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A pinned page is write-protected for an unrelated reason, and a write fault copies it. */
final class WrongCowOfPinnedPage {
  static final Scenario SCENARIO =
      new Scenario(
              "wrong-cow-of-pinned-page",
              "a write fault on a pinned page that was write-protected copies it",
              """
          A page is pinned for writing. Its entry becomes read-only for a reason that has nothing
          to do with sharing: mprotect(), NUMA hinting, soft-dirty. The next write faults. v5.17
          reuses a page only if nobody else has a reference, and the pin is one: the page is
          copied, and page table and pin diverge. No concurrency is needed.

            CPU0: pin, protect, write
            (G11) pin the page
            (Q4)  store the PTE: not writable
            (W4)  _refcount: another reference, so copy
            (W17) store the PTE: the copy
          """,
              "09854ba94c6a (mm: do_wp_page() simplification); 6c287605fd56",
              ImmutableList.of("one CPU only"),
              Patches.exclusivity(),
              WrongCowOfPinnedPage::build)
          .from(
              new Origin.Race(
                  "B4",
                  "6c287605fd56 (mm: remember exclusively mapped anonymous pages with"
                      + " PG_anon_exclusive)",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0"),
                  ImmutableList.of("seed", "S2", "S3")));

  private WrongCowOfPinnedPage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    GupFast gup = new GupFast(kernel, memory, race.free);
    Protect protect = new Protect(kernel, memory);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        new Program(
            "pin, protect, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              gup.pinFast(cpu, race.mm, race.table, true);
              protect.changePteRange(cpu, race.mm, race.table);
              return user.write(cpu, race.mm, race.table, 1, race.pages()) ? 1 : 0;
            }));
  }
}
