package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.pfn.KPageCount;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.WalkerPatches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** /proc/kpagecount of an exclusive anonymous page that stays mapped while it is shared. */
final class KPageCountOfMappedPage {
  static final Scenario SCENARIO =
      new Scenario(
          "kpagecount-of-mapped-page",
          "kpagecount_read() counts the mappings of an exclusive page while fork shares it",
          """
          kpagecount_read() shows 0 for what PageSlab() calls a slab page. The page is anonymous
          and mapped all the time, so that 0 is never right: PageSlab() of the seed has to be
          stopped by mapping before it sees PG_anon_exclusive.

            CPU0: fork                                CPU1: kpagecount_read
                                                      (T2)  load mapping: anonymous, so no slab
            (C9)  clear PG_anon_exclusive
            (C10) _mapcount + 1
                                                      (KC3) load _mapcount: 1 or 2 mappings
          """,
          "RFC 08/13; fs/proc/page.c",
          ImmutableList.of("nobody unmaps the page"),
          ImmutableList.<Patch>builder()
              .addAll(Patches.states())
              .add(WalkerPatches.SEED_WITHOUT_MAPPING_TEST)
              .build(),
          KPageCountOfMappedPage::build);

  private KPageCountOfMappedPage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    return race.running(
        ImmutableList.of(
            new Invariant(
                "kpagecount_read() counted no mapping of a page that was mapped all the time",
                end -> end.returned(1) > 0)),
        race.fork(),
        new Program(
            "kpagecount_read", cpu -> KPageCount.pageCount(kernel, kernel.boot(cpu), race.page)));
  }
}
