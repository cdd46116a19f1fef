package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.BiConsumer;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A process writes to a page while a device is to write to it, too. */
final class DirectIoReference {
  private static final ImmutableList<String> SIMPLIFICATIONS =
      ImmutableList.of(
          "one CPU only: the device is done last",
          "the page is one word, which the device overwrites");

  static final Scenario FORK =
      new Scenario(
              "1ccf164ec866-o-direct-and-fork",
              "an O_DIRECT read is under way while its process forks and writes to the page",
              """
              O_DIRECT has taken an ordinary reference (FOLL_GET) of a page into which the device is
              to write. fork() does not know it from any other reference and shares the page. The
              parent writes to another part of the page and gets a copy; then the device writes, to
              the page that is the child's. PG_anon_exclusive does not help: fork has cleared it.
              It takes a pin, which fork sees: O_DIRECT takes one since v6.5.

                CPU0: O_DIRECT, fork, write
                (G8)   _refcount + 1
                (C9)   clear PG_anon_exclusive
                (C11)  write-protect the PTE
                (W17)  store the PTE: a copy
                (FG61) the device stores to the old page
              """,
              "1ccf164ec866 (block: Use iov_iter_extract_pages() and page pinning in direct-io.c)",
              SIMPLIFICATIONS,
              Patches.statesAnd(SlowGupPatches.DIO_PINS),
              DirectIoReference::buildFork)
          .from(
              new Origin.Race(
                  "B5",
                  "1ccf164ec866 (block: Use iov_iter_extract_pages() and page pinning in"
                      + " direct-io.c), v6.5",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S2", "S3"),
                  ImmutableList.of("S3-with-dio-pin")));

  static final Scenario MPROTECT =
      new Scenario(
          "6c287605fd56-o-direct-and-mprotect",
          "an O_DIRECT read is under way while its process protects the page and writes to it",
          """
          As 1ccf164ec866-o-direct-and-fork, but the entry is write-protected for another reason
          than fork. v5.17 takes the reference for a sharer and copies the page. PG_anon_exclusive
          helps here: nothing has cleared it, and the write fault asks no further.

            CPU0: O_DIRECT, mprotect, write
            (G8)   _refcount + 1
            (Q4)   store the PTE: not writable
            (W4)   _refcount: another reference, so copy   [S0]
            (FG61) the device stores to the old page
          """,
          "6c287605fd56 (mm: remember exclusively mapped anonymous pages with PG_anon_exclusive)",
          SIMPLIFICATIONS,
          Patches.states(),
          DirectIoReference::buildMprotect);

  private DirectIoReference() {}

  private static Setting buildFork(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Fork fork = new Fork(kernel, memory, race.free);
    return build(
        race,
        "O_DIRECT, fork, write",
        (cpu, pages) ->
            fork.dupMmap(
                cpu, race.mm, race.table, race.slot, new Fork.Child(race.childTable, pages)));
  }

  private static Setting buildMprotect(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Protect protect = new Protect(kernel, memory);
    return build(
        race,
        "O_DIRECT, mprotect, write",
        (cpu, pages) -> protect.changePteRange(cpu, race.mm, race.table));
  }

  private static Setting build(PinRace race, String program, BiConsumer<Cpu, FreeList> protects) {
    UserAccess user = new UserAccess(race.kernel, race.memory, race.free);
    return race.running(
        ImmutableList.of(Contents.showsDeviceWrites(0, race.memory, race.table)),
        new Program(
            program,
            engine -> {
              Cpu cpu = race.kernel.boot(engine);
              FreeList pages = race.pages();
              DirectIo dio = new DirectIo(race.kernel, race.memory, race.free, pages);
              Page page = dio.submit(cpu, race.mm, race.table);
              protects.accept(cpu, pages);
              user.write(cpu, race.mm, race.table, 1, pages);
              dio.complete(cpu, page, 2);
              return 0;
            }));
  }
}
