package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.Migrate;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;

/** GUP-fast pins an exclusive anonymous page while it is migrated. */
final class GupFastVersusMigration {
  private static final String SOURCE =
      "088b8aa537c2 (mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast)";

  private static final Origin REPORTED =
      new Origin.Race(
          "B11",
          SOURCE,
          true,
          Platform.ARM64,
          ImmutableList.of("S2", "S3-without-M1"),
          ImmutableList.of("S3"));

  private static final String FORK_STORY =
      """
      Migration clears the entry, finds no pin, clears PG_anon_exclusive and stores a migration
      entry that brings exclusivity back. GUP-fast pins the page and still finds its entry
      unchanged: each has missed the other's store. A fork makes the migration entry a readable
      one, and nobody looks for pins there. The migration fails, because the page has an extra
      reference; but then exclusivity is lost.

        CPU0: GUP-fast                            CPU1: migration, with a fork in between
        (G5)  load the PTE: the page
        (G14) load the PTE: still the same [early]
                                                  (MG4)  clear the PTE
                                                  (E2)   pinned? no
        (G11) pin the page                 [late]
                                                  (E3)   clear PG_anon_exclusive
                                                  (MG12) store the migration entry, writable
                                                  (C30)  store the migration entry, readable
                                                  (MG21) _refcount: an extra reference
                                                  (RG7)  store the PTE: read-only, shared

      In v5.17 migration does not look for pins before it stores its entry: no reordering is
      needed.
      """;

  private static final ImmutableList<Patch> PATCHES = Patches.exclusivity();

  static final Scenario FORK =
      scenario(
          "088b8aa537c2-migration-and-fork",
          "GUP-fast takes a writable pin during migration, and a fork shares the migration entry",
          FORK_STORY,
          PinRace.Pin.WRITABLE,
          Held.NO);

  static final Scenario FORK_READ_ONLY =
      scenario(
          "088b8aa537c2-migration-and-fork-read-only",
          "GUP-fast takes a read-only pin during migration, and a fork shares the migration entry",
          """
          As 088b8aa537c2-migration-and-fork, with an entry that is read-only and clean. Somebody
          else has a reference, so that the migration fails in any case, and the entry becomes
          what it was: a GUP-fast that looks at it again sees no change. What it sees then is the
          count of fork, write_protect_seq, or PG_anon_exclusive cleared; and if it looked before
          the entry was cleared, migration sees its pin.

            CPU0: GUP-fast                            CPU1: migration, with a fork in between
            (G5)  load the PTE: the page
            (G14) load the PTE: still the same [early]
            (G18) PG_anon_exclusive? yes       [early]
                                                      (MG4)  clear the PTE
                                                      (E2)   pinned? no
            (G11) pin the page                 [late]
                                                      (E3)   clear PG_anon_exclusive
                                                      (MG12) store the entry: readable-exclusive
                                                      (C30)  store the migration entry, readable
                                                      (MG21) _refcount: an extra reference
                                                      (RG7)  store the PTE as it was
          """,
          PinRace.Pin.READ_ONLY,
          Held.YES);

  static final Scenario ALONE =
      new Scenario(
          "gup-fast-vs-migration",
          "GUP-fast takes a writable pin of a page that is migrated",
          """
          Migration clears the entry, flushes, and moves the page if it has no extra reference.
          GUP-fast takes a reference, and then looks at the entry again. One of them sees the
          other, whether or not there is a flag of exclusivity, because the first step of a pin is
          fully ordered. The migration entry restores what it was made of.

            CPU0: GUP-fast                            CPU1: migration
            (G5)  load the PTE: the page
            (G8)  _refcount + 1
                                                      (MG4)  clear the PTE
                                                      (MG5)  flush
            (G14) load the PTE: cleared?
                                                      (MG21) _refcount: an extra reference?
          """,
          SOURCE,
          ImmutableList.of("nobody forks"),
          Patches.statesAnd(
              MigrationPatches.S0_WITHOUT_COUNT,
              MigrationPatches.S2_WITHOUT_COUNT,
              MigrationPatches.S3_WITHOUT_COUNT,
              MigrationPatches.WITHOUT_SHARE,
              MigrationPatches.WITHOUT_RESTORE),
          GupFastVersusMigration::alone);

  private enum Held {
    YES,
    NO
  }

  private GupFastVersusMigration() {}

  private static Scenario scenario(
      String name, String title, String story, PinRace.Pin pin, Held held) {
    return new Scenario(
            name,
            title,
            story,
            SOURCE,
            ImmutableList.of("the fork runs on the CPU that migrates, between its two halves"),
            PATCHES,
            (kernel, memory) -> forking(kernel, memory, pin, held))
        .from(REPORTED);
  }

  private static Setting forking(Kernel kernel, Memory memory, PinRace.Pin pin, Held held) {
    Page page =
        held == Held.YES
            ? AnonPage.isolatedAndHeld(memory, kernel.state())
            : AnonPage.isolated(memory, kernel.state());
    long pte = pin == PinRace.Pin.WRITABLE ? Pte.writable(page) : Pte.readOnly(page);
    PinRace race = new PinRace(kernel, memory, page, pte, true);
    Migrate migrate = new Migrate(kernel, race.free);
    Fork fork = new Fork(kernel, memory, race.free);
    return race.running(
        race.gupFast(pin),
        new Program(
            "migration, with a fork in between",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page target = migrate.allocPage(cpu, race.pages());
              if (!migrate.unmap(cpu, page, target, race.vmas())) {
                return 0;
              }
              fork.dupMmap(cpu, race.mm, race.table, race.slot, race.child());
              return migrate.move(cpu, page, target, race.vmas(), race.slot) ? 2 : 1;
            }));
  }

  private static Setting alone(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel.state());
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    Migrate migrate = new Migrate(kernel, race.free);
    return race.running(
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "migration",
            cpu ->
                migrate.unmapAndMove(kernel.boot(cpu), page, race.vmas(), race.slot, race.pages())
                    ? 1
                    : 0));
  }
}
