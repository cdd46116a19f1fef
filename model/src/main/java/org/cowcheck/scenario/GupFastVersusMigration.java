package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

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

  static final Scenario SWAPCACHE =
      new Scenario(
          "gup-fast-vs-migration-swapcache",
          "GUP-fast takes a writable pin of a page in the swap cache that is migrated",
          """
          As gup-fast-vs-migration, but the swap cache has the page, too. Its lock and a frozen
          count keep those away who find the page there. GUP-fast gets no reference of a page
          whose count is 0.

            CPU0: GUP-fast                            CPU1: migration
            (G5)  load the PTE: the page
                                                      (MG4)  clear the PTE
                                                      (MG23) _refcount from expected to 0
            (G8)  _refcount + 1 unless 0
                                                      (MG27) store-release _refcount
          """,
          SOURCE,
          ImmutableList.of("nobody looks the page up in the swap cache"),
          Patches.statesAnd(MigrationPatches.S0_WITHOUT_FREEZE, MigrationPatches.S3_WITHOUT_FREEZE),
          GupFastVersusMigration::swapcache);

  static final Scenario PINNED =
      new Scenario(
          "fork-during-migration-of-pinned-page",
          "an mm pins a page and forks while the page is migrated",
          """
          A page that is pinned already is to be migrated; that cannot succeed. Meanwhile its mm
          forks. If fork finds a migration entry, nothing tells it that the page is pinned: it
          shares the entry. v5.17 stores a migration entry in any case. Since the series a pin
          that is seen keeps the entry as it is, and fork copies the page for the child.

            CPU0: GUP-fast, then fork                 CPU1: migration
            (G11) pin the page
                                                      (MG12) store the entry: writable [v5.17]
            (C30) store the entry: readable
                                                      (MG21) _refcount: an extra reference
                                                      (RG7)  store the PTE: read-only, shared
          """,
          "6c287605fd56 (mm: remember exclusively mapped anonymous pages with PG_anon_exclusive)",
          ImmutableList.of("pin and fork run on one CPU"),
          ImmutableList.<Patch>builder()
              .addAll(Patches.states())
              .addAll(Patches.named("S3-without-M1", "S3-without-M2"))
              .build(),
          GupFastVersusMigration::pinned);

  static final Scenario UNPINNED =
      new Scenario(
          "fork-during-migration",
          "an mm forks while an exclusive page of it is migrated",
          """
          Nobody has pinned the page. Fork finds it mapped, or a migration entry, or the new page
          mapped, and in each case shares what it finds: a writable migration entry must not stay
          one, because the child's brings the same page back.

            CPU0: fork                                CPU1: migration
                                                      (MG12) store the entry: writable
            (C30) store the entry: readable
            (C18) store the child's entry: readable
                                                      (RG7)  store both PTEs: read-only
          """,
          "6c287605fd56 (mm: remember exclusively mapped anonymous pages with PG_anon_exclusive)",
          ImmutableList.of(),
          Patches.statesAnd(
              MigrationPatches.WITHOUT_DOWNGRADE,
              MigrationPatches.WITHOUT_RESTORE,
              MigrationPatches.WITHOUT_READABLE),
          GupFastVersusMigration::unpinned);

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
            ? AnonPage.isolatedAndHeld(memory, kernel)
            : AnonPage.isolated(memory, kernel);
    long pte = pin.entry(page);
    PinRace race = new PinRace(kernel, memory, page, pte, true);
    Migrate migrate = new Migrate(kernel, race.free);
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
              race.fork(cpu);
              return migrate.move(cpu, page, target, race.vmas(), race.slot) ? 2 : 1;
            }));
  }

  /** The swap cache has a reference, and the page is dirty. */
  private static Setting swapcache(Kernel kernel, Memory memory) {
    SwapSlot slot =
        SwapSlot.cached(
            memory, "cached", 0, address -> AnonPage.isolatedInSwapCache(memory, kernel, address));
    Page page = memory.object(slot.swapCache().initialValue(), Page.class);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    race.add(slot);
    return race.running(race.gupFast(PinRace.Pin.WRITABLE), race.migration(slot));
  }

  private static Setting pinned(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    Page childs = race.add(Page.free(memory, "copy"));
    GupFast gup = new GupFast(kernel, memory, race.free);
    Fork fork = new Fork(kernel, memory, race.free);
    return race.running(
        new Program(
            "GUP-fast, then fork",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (gup.pinFast(cpu, race.mm, race.table, true) == null) {
                return 0;
              }
              fork.dupMmap(
                  cpu,
                  race.mm,
                  race.table,
                  race.slot,
                  new Fork.Child(race.childTable, FreeList.of(childs)));
              return 1;
            }),
        race.migration(race.slot));
  }

  private static Setting unpinned(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    return race.running(race.fork(), race.migration(race.slot));
  }

  private static Setting alone(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    return race.running(race.gupFast(PinRace.Pin.WRITABLE), race.migration(race.slot));
  }
}
