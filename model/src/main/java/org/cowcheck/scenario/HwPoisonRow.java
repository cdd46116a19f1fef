package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.mm.pfn.HwPoison;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The row "HW poison" of the seed's table: nobody touches PG_anon_exclusive, which is stale from
 * then on.
 */
final class HwPoisonRow {
  private static final String SOURCE =
      "the table of RFC 08/13, 20220224122614.94921-9-david@redhat.com: HW poison";

  static final Scenario MIGRATION =
      new Scenario(
              "entry-hwpoison-migration",
              "an exclusive page is poisoned while it is migrated",
              """
              memory_failure() sets PG_hwpoison before it has a reference or the page lock.
              Migration may find the flag when it unmaps the page: it stores a poison entry then,
              and PG_anon_exclusive stays, although no entry will bring it back. If the page moves
              all the same, nobody maps the new page, and v5.19 and v6.1 copy a stale flag to it.

                CPU0: memory failure                      CPU1: migration
                (HW1) set PG_hwpoison
                                                          (MG4)  clear the PTE
                                                          (MG7)  PG_hwpoison? yes
                                                          (MG12) store the poison entry
                (HW2) _refcount + 1 unless 0
                                                          (MG21) _refcount: an extra reference?
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITH_POISON_CLEAR)
                  .build(),
              HwPoisonRow::migration)
          .from(new Origin.EntryRow("HW poison"));

  static final Scenario SCENARIO =
      new Scenario(
              "entry-hwpoison",
              "an exclusive page is poisoned and unmapped, then forked, while GUP-fast pins it",
              """
              memory_failure() makes a poison entry of the page's. PG_anon_exclusive is looked at
              and left alone, pinned or not: no entry will ever map the page again. A fork copies
              the poison entry to the child.

                CPU0: GUP-fast, writable                  CPU1: memory failure, then fork
                (G5)  load the PTE: the page
                                                          (HW7)  clear the PTE
                (G11) pin the page
                (G14) load the PTE: still the same?
                                                          (HW11) store the poison entry
                                                          (C18)  store the child's entry: the same
              """,
              SOURCE,
              ImmutableList.of("the fork runs on the CPU that handles the failure, after it"),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITH_POISON_CLEAR)
                  .build(),
              HwPoisonRow::build)
          .from(new Origin.EntryRow("HW poison"));

  private HwPoisonRow() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    HwPoison poison = new HwPoison(kernel, race.free);
    Fork fork = new Fork(kernel, memory, race.free);
    return race.running(
        row(race),
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "memory failure, then fork",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (!poison.memoryFailure(cpu, race.mm, race.table, page)) {
                return 0;
              }
              fork.dupMmap(cpu, race.mm, race.table, race.slot, race.child());
              return 1;
            }));
  }

  private static ImmutableList<Invariant> row(PinRace race) {
    int exclusive = PageFlag.anonExclusive(race.kernel);
    return ImmutableList.of(
        EntryRule.always(
            "PG_anon_exclusive of a poisoned page changed",
            race.table,
            (instant, entry) -> !Pte.isHwpoison(entry) || instant.isSet(race.page, exclusive)));
  }

  private static Setting migration(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    HwPoison poison = new HwPoison(kernel, race.free);
    Migrate migrate = new Migrate(kernel, race.free);
    return race.running(
        row(race),
        new Program(
            "memory failure",
            cpu -> poison.memoryFailure(kernel.boot(cpu), race.mm, race.table, page) ? 1 : 0),
        new Program(
            "migration",
            cpu ->
                migrate.unmapAndMove(kernel.boot(cpu), page, race.vmas(), race.slot, race.pages())
                    ? 1
                    : 0));
  }
}
