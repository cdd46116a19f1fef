package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.HwPoison;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/**
 * The row "HW poison" of the seed's table: nobody touches PG_anon_exclusive, which is stale from
 * then on.
 */
final class HwPoisonRow {
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
              "the table of RFC 08/13, 20220224122614.94921-9-david@redhat.com: HW poison",
              ImmutableList.of("the fork runs on the CPU that handles the failure, after it"),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITH_POISON_CLEAR)
                  .build(),
              HwPoisonRow::build)
          .from(new Origin.EntryRow("HW poison"));

  private HwPoisonRow() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.mapped(memory, kernel.state());
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    HwPoison poison = new HwPoison(kernel, race.free);
    Fork fork = new Fork(kernel, memory, race.free);
    long exclusive = PageFlag.bit(PageFlag.anonExclusive(kernel.state()));
    Invariant row =
        EntryRule.always(
            "PG_anon_exclusive of a poisoned page changed",
            race.table,
            (instant, entry) ->
                !Pte.isHwpoison(entry) || (instant.value(page.flags()) & exclusive) != 0);
    return race.running(
        ImmutableList.of(row),
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
}
