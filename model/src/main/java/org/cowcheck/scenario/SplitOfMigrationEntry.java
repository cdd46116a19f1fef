package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast meets the migration entry of a huge page while the PMD entry is split. */
final class SplitOfMigrationEntry {
  static final Scenario SCENARIO =
      new Scenario(
              "3a5a8d343e1c-split-of-migration-entry",
              "GUP-fast meets a migration entry that is made invalid, and looks present",
              """
              A huge page is migrated: its PMD entry is a migration entry. Then the PMD entry is
              split, which until v6.10 makes it invalid first. On arm64 that sets the bit that says
              "present, though hardware must not see it": pmd_present() and pmd_trans_huge() are
              true of what is still a migration entry. GUP-fast goes on to gup_huge_pmd() with it.

              The commit says that GUP-fast may then go on to use its fields. By the source it does
              not: pmd_access_permitted() of arm64 asks for the valid bit, which pmd_mkinvalid()
              clears and a swap entry never has, in v5.17 and v6.1 alike; x86 asks for _PAGE_PRESENT
              and does not take it for present in the first place. With an architecture whose
              pmd_access_permitted() is the generic one, which asks pmd_present(), the race is there;
              then GUP-fast pins through entries of huge pages that are made invalid, too.

                CPU0: GUP-fast of the tail                CPU1: split
                                                          (SP4) exchange the migration entry
                (G4)  load the PMD entry: looks huge
                      pmd_access_permitted()? no          [with GH1: yes, if it is writable]
                (G11) compound_pincount + 1               [with GH1]
                (GH2) load the PMD entry: still the same  [with GH1]
                                                          (SP13) store the PMD entry: a table
              """,
              "3a5a8d343e1c (mm: fix race between __split_huge_pmd_locked() and GUP-fast)",
              ImmutableList.of("the migration waits", "an entry names the page as in the kernel"),
              Patches.statesAnd(
                  ThpPatches.PRESENT_ONLY, ThpPatches.GENERIC_PERMITTED, ThpPatches.GENERIC_FIXED),
              SplitOfMigrationEntry::build)
          .from(
              new Origin.Race(
                  "B15",
                  "3a5a8d343e1c",
                  false,
                  Platform.ARM64,
                  ImmutableList.of(ThpPatches.GENERIC_PERMITTED.name()),
                  ImmutableList.of(ThpPatches.GENERIC_FIXED.name())));

  private SplitOfMigrationEntry() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PageBlock block =
        PageBlock.compound(
            memory,
            "page",
            PageBlock.Compound.UNMAPPED,
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LOCKED), Page.ANON_VMA, 1, -1),
            HugePage.TAIL);
    long entry = block.head().address() | Pte.HUGE | Pte.MIGRATION | Pte.WRITE;
    HugePinRace race = new HugePinRace(kernel, memory, block, entry, true);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, race.free);
    return race.running(
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "split",
            cpu -> {
              split.split(kernel.boot(cpu), race.mm, race.table);
              return 0;
            }));
  }
}
