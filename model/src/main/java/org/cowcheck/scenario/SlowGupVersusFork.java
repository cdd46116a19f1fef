package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.Function;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.Gup;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Slow GUP takes the first pin of an mm while it forks. */
final class SlowGupVersusFork {
  private static final String STORY =
      """
      What write_protect_seq does for GUP-fast, locks do for slow GUP: the look at the entry, the
      look at PG_anon_exclusive and the pin are one section of the PT lock, and so are fork's look
      for pins, the cleared flag and the write-protected entry. Whoever comes second sees all of the
      first. mmap_lock alone would be enough, too; KSM and swap-out do not take it.

        CPU0: slow GUP                            CPU1: fork
        (FG5)  load the PTE: the page
                                                  (C8)  pinned? no
        (FG10) _refcount + 1024                   [without either lock]
                                                  (C9)  clear PG_anon_exclusive
                                                  (C11) write-protect the PTE
      """;

  static final Scenario WRITABLE =
      scenario(
          "slow-gup-vs-fork",
          "slow GUP takes the first pin of an mm, a writable one, during fork",
          GupFlags.PIN_WRITE);

  static final Scenario READ_ONLY =
      scenario(
          "slow-gup-vs-fork-read-only",
          "slow GUP takes the first pin of an mm, a read-only one, during fork",
          GupFlags.PIN);

  static final Scenario AFTER_FAST =
      new Scenario(
          "pin-user-pages-fast-vs-fork",
          "pin_user_pages_fast() takes a writable pin during fork, the slow way if need be",
          """
          As gup-fast-vs-fork, but GUP goes on if the fast way fails: it waits for mmap_lock until
          fork is over, finds the entry read-only and breaks COW.

            CPU0: pin_user_pages_fast()               CPU1: fork
                                                      (C2)  write_protect_seq: odd
            (G2)  write_protect_seq: odd
                                                      (C11) write-protect the PTE
                                                      (C23) drop mmap_lock
            (FG1) take mmap_lock
            (FG5) load the PTE: not writable
            (W17) store the PTE: a copy
            (FG10) _refcount of the copy + 1024
          """,
          "57efa1fe5957 (mm/gup: prevent gup_fast from racing with COW during fork)",
          ImmutableList.of("the mm has pinned pages before", "the parent writes no more"),
          Patches.states(),
          SlowGupVersusFork::buildAfterFast);

  private SlowGupVersusFork() {}

  private static Scenario scenario(String name, String title, GupFlags flags) {
    return new Scenario(
        name,
        title,
        STORY,
        "gup_must_unshare() and page_needs_cow_for_dma() in v6.1",
        ImmutableList.of("the parent writes no more to the page"),
        Patches.statesAnd(SlowGupPatches.UNLOCKED_GUP, SlowGupPatches.WITHOUT_LOCKS),
        (kernel, memory) -> build(kernel, memory, flags));
  }

  private static Setting build(Kernel kernel, Memory memory, GupFlags flags) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), false);
    return build(
        race,
        "slow GUP",
        cpu -> {
          FreeList pages = race.pages();
          return new SlowGup(kernel, memory, race.free.onto(pages), pages)
              .getUserPages(cpu, race.mm, Vma.ANON, race.table, flags);
        });
  }

  private static Setting buildAfterFast(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    return build(
        race,
        "pin_user_pages_fast()",
        cpu -> {
          FreeList pages = race.pages();
          return new Gup(kernel, memory, race.free.onto(pages), pages)
              .getUserPagesFast(cpu, race.mm, race.table, GupFlags.PIN_WRITE);
        });
  }

  private static Setting build(PinRace race, String name, Function<Cpu, Page> gup) {
    Page childCopy = race.free("child's copy");
    Fork fork = new Fork(race.kernel, race.memory, race.free);
    return race.running(
        new Program(name, cpu -> gup.apply(race.kernel.boot(cpu)) == null ? 0 : 1),
        new Program(
            "fork",
            cpu -> {
              fork.dupMmap(
                  race.kernel.boot(cpu),
                  race.mm,
                  race.table,
                  race.slot,
                  new Fork.Child(race.childTable, FreeList.of(childCopy)));
              return 0;
            }));
  }
}
