package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The row "migration" of the seed's table: the kind of the entry says whether the page was
 * exclusive, and PG_anon_exclusive is clear meanwhile. Each kind with a GUP-fast that races.
 */
final class MigrationEntryRows {
  private static final String SOURCE =
      "the table of RFC 08/13, 20220224122614.94921-9-david@redhat.com: migration";
  private static final Origin ROW = new Origin.EntryRow("migration");

  static final Scenario WRITABLE =
      new Scenario(
              "entry-migration-writable",
              "a writable entry becomes a writable migration entry, and GUP-fast pins",
              """
              A page that is mapped writable is exclusive. While it is migrated its entry says
              "writable", which implies that, and PG_anon_exclusive is clear. Whatever becomes of
              the migration, the page that is mapped afterwards is exclusive.

                CPU0: GUP-fast, writable                  CPU1: migration
                                                          (MG4)  clear the PTE
                                                          (E3)   clear PG_anon_exclusive
                                                          (MG12) store the entry: writable
                (G5)  load the PTE: not present
                                                          (RG23) set PG_anon_exclusive
                                                          (RG7)  store the PTE: writable
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_SHARE)
                  .add(MigrationPatches.WITHOUT_RESTORE)
                  .build(),
              MigrationEntryRows::writable)
          .from(ROW);

  static final Scenario READABLE_EXCLUSIVE =
      new Scenario(
              "entry-migration-readable-exclusive",
              "a read-only entry of an exclusive page is migrated, and GUP-fast pins",
              """
              The page is exclusive, but its entry is read-only. Only the third kind of migration
              entry can say so: readable-exclusive.

                CPU0: GUP-fast, read-only                 CPU1: migration
                                                          (MG4)  clear the PTE
                                                          (E3)   clear PG_anon_exclusive
                                                          (MG12) store the entry:
                                                                 readable-exclusive
                (G5)  load the PTE: not present
                                                          (RG23) set PG_anon_exclusive
                                                          (RG7)  store the PTE: read-only
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_READABLE_EXCLUSIVE)
                  .add(MigrationPatches.WITHOUT_RESTORE)
                  .build(),
              MigrationEntryRows::readableExclusive)
          .from(ROW);

  static final Scenario MPROTECT =
      new Scenario(
              "entry-migration-mprotect",
              "mprotect() makes a writable migration entry readable-exclusive, and GUP-fast pins",
              """
              A page that is mapped writable is migrated, and mprotect(PROT_READ) finds its
              migration entry. It takes the permission to write, not exclusivity.

                CPU0: GUP-fast, writable                  CPU1: migration, mprotect in between
                                                          (MG12) store the entry: writable
                                                          (MG60) store the entry:
                                                                 readable-exclusive
                                                          (RG23) set PG_anon_exclusive
                                                          (RG7)  store the PTE: read-only
              """,
              SOURCE,
              ImmutableList.of("mprotect() runs on the CPU that migrates, between its two halves"),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_MPROTECT_EXCLUSIVE)
                  .build(),
              MigrationEntryRows::mprotect)
          .from(ROW);

  static final Scenario READABLE =
      new Scenario(
              "entry-migration-readable",
              "the entries of a shared page are migrated, and GUP-fast tries to pin",
              """
              Parent and child share the page since a fork: both entries become readable ones, and
              neither restores exclusivity. A read-only pin needs the page to be unshared first.

                CPU0: GUP-fast, read-only                 CPU1: migration
                (G18) PG_anon_exclusive? no
                                                          (MG12) store both entries: readable
                                                          (RG7)  store both PTEs: read-only
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_READABLE)
                  .build(),
              MigrationEntryRows::readable)
          .from(ROW);

  private MigrationEntryRows() {}

  private static boolean isExclusive(Kernel kernel, Instant instant, Page page) {
    return instant.isSet(page, PageFlag.anonExclusive(kernel));
  }

  /** A migration entry is of one of two kinds, and any page that is mapped is exclusive or not. */
  private static ImmutableList<Invariant> row(
      PinRace race, long kind, long orKind, boolean exclusive) {
    return ImmutableList.of(
        EntryRule.always(
            "a migration entry is of another kind",
            race.table,
            (instant, entry) ->
                !Pte.isMigration(entry)
                    || (entry & (Pte.WRITE | Pte.EXCLUSIVE)) == kind
                    || (entry & (Pte.WRITE | Pte.EXCLUSIVE)) == orKind),
        EntryRule.always(
            "PG_anon_exclusive is set beside a migration entry",
            race.table,
            (instant, entry) ->
                !Pte.isMigration(entry) || !isExclusive(race.kernel, instant, race.page)),
        EntryRule.always(
            "the page that is mapped is not what the migration entry says",
            race.table,
            (instant, entry) ->
                !Pte.present(entry)
                    || isExclusive(race.kernel, instant, Pte.page(race.memory, entry))
                        == exclusive));
  }

  private static Setting writable(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    return race.running(
        row(race, Pte.WRITE, Pte.WRITE, true),
        race.gupFast(PinRace.Pin.WRITABLE),
        race.migration(race.slot));
  }

  private static Setting readableExclusive(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page), true);
    return race.running(
        row(race, Pte.EXCLUSIVE, Pte.EXCLUSIVE, true),
        race.gupFast(PinRace.Pin.READ_ONLY),
        race.migration(race.slot));
  }

  private static Setting mprotect(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    Migrate migrate = new Migrate(kernel, race.free);
    Protect protect = new Protect(kernel, memory);
    return race.running(
        row(race, Pte.WRITE, Pte.EXCLUSIVE, true),
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "migration, mprotect in between",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page target = migrate.allocPage(cpu, race.pages());
              if (!migrate.unmap(cpu, page, target, race.vmas())) {
                return 0;
              }
              protect.changePteRange(cpu, race.mm, race.table);
              return migrate.move(cpu, page, target, race.vmas(), race.slot) ? 2 : 1;
            }));
  }

  private static Setting readable(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolatedAndShared(memory);
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page), Pte.readOnly(page), true);
    return race.running(
        row(race, 0, 0, false), race.gupFast(PinRace.Pin.READ_ONLY), race.migration(race.slot));
  }
}
