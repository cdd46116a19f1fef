package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Protect;
import org.cowcheck.mm.UserWrite;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;

/** A process forks, protects its memory and permits writes again, and writes. */
final class CowAfterMprotect {
  static final Scenario SCENARIO =
      new Scenario(
              "cow-after-mprotect",
              "fork, mprotect(PROT_READ), mprotect(PROT_WRITE), and a write by the parent",
              """
              v6.1 makes entries writable in mprotect() if a write fault would do so without further
              tests (64fe24a3e05e): dirty, and the page exclusive. The page is shared with the child
              here, and the entry is still dirty.

                CPU0: fork, mprotect, write
                (C9)  clear PG_anon_exclusive
                (Q4)  store the PTE: read-only
                (PR1) PG_anon_exclusive? no
                (Q4)  store the PTE: read-only
                (W17) store the PTE: a copy
              """,
              "tools/testing/selftests/mm/cow.c; 64fe24a3e05e",
              ImmutableList.of("one CPU only"),
              Patches.statesAnd(SlowGupPatches.BLIND_UPGRADE),
              CowAfterMprotect::build)
          .from(
              new Origin.SelftestCell(
                  "Basic COW after fork() with mprotect() optimization", "base"));

  private CowAfterMprotect() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Fork fork = new Fork(kernel, memory, race.free);
    Protect protect = new Protect(kernel, memory);
    UserWrite user = new UserWrite(kernel, memory, race.free);
    return race.running(
        new Program(
            "fork, mprotect, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pages = race.pages();
              fork.dupMmap(
                  cpu, race.mm, race.table, race.slot, new Fork.Child(race.childTable, pages));
              protect.changePteRange(cpu, race.mm, race.table);
              protect.permitWrites(cpu, race.mm, race.table);
              return user.write(cpu, race.mm, race.table, 1, pages) ? 1 : 0;
            }));
  }
}
