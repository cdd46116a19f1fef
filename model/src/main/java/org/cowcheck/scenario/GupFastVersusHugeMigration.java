package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.thp.MigrateHugePmd;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * GUP-fast pins a page of an exclusive huge page while migration entries take the place of its PMD
 * entry: for the whole huge page, or for each part because it is split.
 */
final class GupFastVersusHugeMigration {
  private static final String SOURCE =
      "088b8aa537c2 (mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast)";

  private static final String MIGRATION_STORY =
      """
      Migration of a huge page makes the PMD entry invalid, finds no pin, clears PG_anon_exclusive
      of the head and stores a migration entry that remembers it. GUP-fast pins a page and still
      finds the PMD entry unchanged: each has missed the other's store. Then a fork makes the
      migration entry a readable one. The migration fails because of the reference, and nothing
      brings exclusivity back.

        CPU0: GUP-fast of the tail                CPU1: migration, then fork
        (G4)  load the PMD entry: huge
        (GH2) load the PMD entry: still the same [early]
                                                  (UH3) exchange the PMD entry for an invalid one
                                                  (E2)  pinned? no
        (G11) compound_pincount + 1       [late]
                                                  (E3)  clear PG_anon_exclusive of the head
                                                  (UH8) store the migration entry, exclusive
                                                  (CH4) store the migration entry: readable
      """;

  private static final String SPLIT_STORY =
      """
      split_huge_page() makes the PMD entry invalid, finds no pin, clears PG_anon_exclusive of the
      head, and puts a table with a migration entry for each part in its place. GUP-fast pins a part
      and still finds the PMD entry unchanged. Then a fork, which has gone past anon_vma_fork()
      before the split began, makes the migration entries readable. The reference keeps the page
      from being split, and its parts are mapped again, no longer exclusive.

        CPU0: GUP-fast of the tail                CPU1: split, then fork
        (G4)  load the PMD entry: huge
        (GH2) load the PMD entry: still the same [early]
                                                  (SP4) exchange the PMD entry for an invalid one
                                                  (E2)  pinned? no
        (G11) compound_pincount + 1       [late]
                                                  (E3)  clear PG_anon_exclusive of the head
                                                  (SP10) store the migration entries, exclusive
                                                  (SP13) store the PMD entry: the page table
                                                  (CH16) store the migration entries: readable
      """;

  static final Scenario MIGRATION =
      scenario(
          "gup-fast-vs-thp-migration",
          "GUP-fast takes a writable pin of a huge page during its migration, and a fork follows",
          MIGRATION_STORY,
          PinRace.Pin.WRITABLE,
          false);

  static final Scenario MIGRATION_READ_ONLY =
      scenario(
          "gup-fast-vs-thp-migration-read-only",
          "GUP-fast takes a read-only pin of a huge page during its migration, and a fork follows",
          MIGRATION_STORY,
          PinRace.Pin.READ_ONLY,
          false);

  static final Scenario SPLIT =
      scenario(
          "gup-fast-vs-thp-split",
          "GUP-fast takes a writable pin of a huge page that is split, and a fork follows",
          SPLIT_STORY,
          PinRace.Pin.WRITABLE,
          true);

  static final Scenario SPLIT_READ_ONLY =
      scenario(
          "gup-fast-vs-thp-split-read-only",
          "GUP-fast takes a read-only pin of a huge page that is split, and a fork follows",
          SPLIT_STORY,
          PinRace.Pin.READ_ONLY,
          true);

  private GupFastVersusHugeMigration() {}

  private static Scenario scenario(
      String name, String title, String story, PinRace.Pin pin, boolean splits) {
    return new Scenario(
        name,
        title,
        story,
        SOURCE,
        ImmutableList.of(
            "the fork runs on the CPU of the migration, after its entries are stored",
            "what comes after the migration entries is left out; that they are not exclusive is seen"),
        ImmutableList.<Patch>builder()
            .addAll(
                Patches.named(
                    "S0",
                    "seed",
                    "S2",
                    "S2-without-write-protect-seq",
                    "S3",
                    "S3-without-M1",
                    "S3-without-M2",
                    "S3-without-M3",
                    "S3-without-M4",
                    "S3-without-write-protect-seq",
                    "S3-with-fork-mb"))
            .add(ThpPatches.GENERIC_PERMITTED)
            .build(),
        (kernel, memory) -> build(kernel, memory, pin, splits));
  }

  private static Setting build(Kernel kernel, Memory memory, PinRace.Pin pin, boolean splits) {
    PageBlock block = HugePage.isolated(memory, kernel);
    long pmd = Pte.huge(block.head(), pin == PinRace.Pin.WRITABLE);
    HugePinRace race = new HugePinRace(kernel, memory, block, pmd, true);
    MigrateHugePmd migration = new MigrateHugePmd(kernel, memory, race.free);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, race.free);
    return race.running(
        race.gupFast(pin),
        new Program(
            splits ? "split, then fork" : "migration, then fork",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (splits) {
                split.splitAndFreeze(cpu, race.mm, race.table, block.head());
              } else if (!migration.set(cpu, race.mm, race.table, block.head())) {
                return 0;
              }
              race.fork(cpu);
              return 1;
            }));
  }
}
