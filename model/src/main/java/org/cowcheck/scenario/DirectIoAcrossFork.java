package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.DirectIo;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.UserAccess;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;

/** A process forks and writes while a device is to write to the same page. */
final class DirectIoAcrossFork {
  static final Scenario SCENARIO =
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
              ImmutableList.of(
                  "one CPU only: the device is done last",
                  "the page is one word, which the device overwrites"),
              Patches.statesAnd(SlowGupPatches.DIO_PINS),
              DirectIoAcrossFork::build)
          .from(
              new Origin.Race(
                  "B5",
                  "1ccf164ec866 (block: Use iov_iter_extract_pages() and page pinning in"
                      + " direct-io.c), v6.5",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S2", "S3"),
                  ImmutableList.of("S3-with-dio-pin")));

  private DirectIoAcrossFork() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Fork fork = new Fork(kernel, memory, race.free);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(Contents.showsDeviceWrites(0, memory, race.table)),
        new Program(
            "O_DIRECT, fork, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pages = race.pages();
              DirectIo dio = new DirectIo(kernel, memory, race.free, pages);
              Page page = dio.submit(cpu, race.mm, race.table);
              fork.dupMmap(
                  cpu, race.mm, race.table, race.slot, new Fork.Child(race.childTable, pages));
              user.write(cpu, race.mm, race.table, 1, pages);
              dio.complete(cpu, page, 2);
              return 0;
            }));
  }
}
