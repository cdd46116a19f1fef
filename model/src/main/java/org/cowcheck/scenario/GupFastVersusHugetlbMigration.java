package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.hugetlb.HugetlbMigrate;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins an exclusive page of hugetlb while it is migrated. */
final class GupFastVersusHugetlbMigration {
  private static final String STORY =
      """
      Migration clears the entry, finds no pin, clears PG_anon_exclusive, stores a migration entry
      that remembers it, and then looks whether anybody else has a reference. GUP-fast takes its
      reference before it looks at the entry again, and that is fully ordered in all states: either
      it sees the entry changed, or migration finds the reference and puts everything back.

        CPU0: GUP-fast                            CPU1: migration
        (G4)  load the PMD entry: the page
        (G8)  _refcount + 1, fully ordered
                                                  (HV5)  clear the entry
                                                  (E2)   pinned? no
        (G11) compound_pincount + 1
        (HG3) load the PMD entry: the same
                                                  (E3)   clear PG_anon_exclusive
                                                  (HV9)  store the migration entry, exclusive
                                                  (HV12) another reference: put it back
                                                  (HN7)  set PG_anon_exclusive
      """;

  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-hugetlb-migration",
          "GUP-fast takes a writable pin of a page of hugetlb that is migrated",
          STORY,
          "v6.1 mm/migrate.c: unmap_and_move_huge_page()",
          ImmutableList.of("nobody forks while the migration entry is there"),
          HugetlbPatches.migration(),
          GupFastVersusHugetlbMigration::build);

  private GupFastVersusHugetlbMigration() {}

  private static Setting build(Kernel kernel, Memory memory) {
    HugetlbRace race = HugetlbRace.isolated(kernel, memory);
    HugetlbMigrate migrate = new HugetlbMigrate(kernel, memory, race.free);
    return race.running(
        race.gupFast(0, true),
        new Program(
            "migration",
            cpu ->
                migrate.migrate(kernel.boot(cpu), race.parent, race.huge.head(), race.pages())
                    ? 1
                    : 0));
  }
}
