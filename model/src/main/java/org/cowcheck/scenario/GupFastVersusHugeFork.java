package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page of an exclusive huge page while its mm forks. */
final class GupFastVersusHugeFork {
  private static final String SOURCE =
      "57efa1fe5957 (mm/gup: prevent gup_fast from racing with COW during fork)";

  private static final String STORY =
      """
      As gup-fast-vs-fork, but a PMD entry maps a huge page. fork() looks whether it is pinned,
      clears PG_anon_exclusive of the head, write-protects the PMD entry and maps the huge page in
      the child. If it is pinned, the PMD entry is split instead, and each of its pages is copied.

        CPU0: GUP-fast of the tail                CPU1: fork
        (G4)  load the PMD entry: huge
                                                  (C8)  pinned? no
        (G11) compound_pincount + 1
        (GH2) load the PMD entry: still the same
                                                  (C9)  clear PG_anon_exclusive of the head
                                                  (CH9) write-protect the PMD entry
                                                  (CH10) store the child's PMD entry
        (G21) write_protect_seq: unchanged        [if fork does not count it]

      On weak memory write_protect_seq is not enough, in v6.1 neither. Fork stores to it and then
      loads compound_pincount, GUP-fast adds to compound_pincount and then loads write_protect_seq:
      store buffering, with smp_mb() on the side of GUP-fast alone. smp_wmb() and spin_lock() order no
      earlier store before a later load. A small page is spared that, because its pins are counted in
      _refcount, to which fork adds its own reference first: then either fork sees the pin, or
      GUP-fast sees that reference and with it the count that is odd. Of a huge page fork adds to one
      word and asks the other.
      """;

  static final Scenario SEEN =
      scenario(
          "gup-fast-vs-fork-pmd",
          "GUP-fast takes a writable pin of a huge page during fork, MMF_HAS_PINNED set long before",
          PinRace.Pin.WRITABLE,
          true);

  static final Scenario READ_ONLY =
      scenario(
          "gup-fast-vs-fork-pmd-read-only",
          "GUP-fast takes a read-only pin of a huge page during fork, MMF_HAS_PINNED set before",
          PinRace.Pin.READ_ONLY,
          true);

  static final Scenario FIRST_PIN =
      scenario(
          "gup-fast-vs-fork-pmd-first-pin",
          "GUP-fast takes the first pin of the mm, of a huge page, during fork",
          PinRace.Pin.WRITABLE,
          false);

  static final Scenario PTE_MAPPED =
      new Scenario(
          "gup-fast-vs-fork-pte-mapped-thp",
          "GUP-fast takes a writable pin of a page of a huge page that PTEs map, during fork",
          """
          As gup-fast-vs-fork-pmd, but the PMD entry was split before. fork() looks at each PTE, and
          asks for pins of the huge page that each page is part of.

            CPU0: GUP-fast of the tail                CPU1: fork
            (G5)  load the PTE: the tail
                                                      (C8)  pinned? no
            (G11) compound_pincount + 1
            (G14) load the PTE: still the same
                                                      (C9)  clear PG_anon_exclusive of the tail
                                                      (C11) write-protect the PTE
            (G21) write_protect_seq: unchanged        [if fork does not count it, or too late]
          """,
          SOURCE,
          ImmutableList.of("of the huge page only the second page is mapped"),
          Patches.exclusivity(),
          GupFastVersusHugeFork::buildPteMapped);

  private GupFastVersusHugeFork() {}

  private static Setting buildPteMapped(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.singleTail(machine, mm);
    PageTable child = HugeMemory.room(machine, machine.mm("child", false), "child");
    SwapSlot slot = machine.slot();
    Page spare = machine.free("spare");
    GupFast gup = new GupFast(kernel, memory, machine.free);
    Fork fork = new Fork(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "GUP-fast of the tail",
            cpu -> gup.pinFast(kernel.boot(cpu), mm, huge.at(1), true) == null ? 0 : 1),
        new Program(
            "fork",
            cpu -> {
              fork.dupMmap(
                  kernel.boot(cpu),
                  mm,
                  huge.tables().get(0),
                  slot,
                  new Fork.Child(child, FreeList.of(spare)));
              return 0;
            }));
  }

  private static Scenario scenario(String name, String title, PinRace.Pin pin, boolean hasPinned) {
    return new Scenario(
        name,
        title,
        STORY,
        SOURCE,
        ImmutableList.of("the huge page has two pages", "the parent writes no more to the page"),
        Patches.exclusivity(),
        (kernel, memory) -> build(kernel, memory, pin, hasPinned));
  }

  private static Setting build(Kernel kernel, Memory memory, PinRace.Pin pin, boolean hasPinned) {
    HugePinRace race = new HugePinRace(kernel, memory, HugePage.mapped(memory, kernel), hasPinned);
    return race.running(
        race.gupFast(pin),
        new Program(
            "fork",
            cpu -> {
              race.fork(kernel.boot(cpu));
              return 0;
            }));
  }
}
