package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins an exclusive anonymous page while its mm forks. */
final class GupFastVersusFork {
  private static final String SOURCE =
      "57efa1fe5957 (mm/gup: prevent gup_fast from racing with COW during fork)";

  private static final String STORY =
      """
      fork() looks whether the page is pinned, clears PG_anon_exclusive, write-protects the entry
      and maps the page in the child. GUP-fast looks at the entry twice around its pin, but fork
      changes it late. write_protect_seq is to make GUP-fast back off: odd, or changed.

        CPU0: GUP-fast                            CPU1: fork
        (G5)  load the PTE: the page
                                                  (C8)  pinned? no
        (G11) pin the page
        (G14) load the PTE: still the same
                                                  (C9)  clear PG_anon_exclusive
                                                  (C11) write-protect the PTE
                                                  (C12) store the child's PTE
        (G21) write_protect_seq: unchanged        [if fork does not count it]
      """;

  private static final ImmutableList<String> SIMPLIFICATIONS =
      ImmutableList.of("the parent writes no more to the page");

  static final Scenario SEEN =
      scenario(
              "gup-fast-vs-fork",
              "GUP-fast takes a writable pin during fork, MMF_HAS_PINNED set long before",
              PinRace.Pin.WRITABLE,
              true)
          .from(
              new Origin.Race(
                  "B7",
                  SOURCE,
                  false,
                  Platform.X86,
                  ImmutableList.of("S2-without-write-protect-seq", "S3-without-write-protect-seq"),
                  ImmutableList.of("S0", "seed", "S2", "S3")));

  static final Scenario READ_ONLY =
      scenario(
          "gup-fast-vs-fork-read-only",
          "GUP-fast takes a read-only pin during fork, MMF_HAS_PINNED set long before",
          PinRace.Pin.READ_ONLY,
          true);

  static final Scenario FIRST_PIN =
      scenario(
          "gup-fast-vs-fork-first-pin",
          "GUP-fast takes the first pin of the mm, a writable one, during fork",
          PinRace.Pin.WRITABLE,
          false);

  static final Scenario THEN_WRITE =
      new Scenario(
          "gup-fast-vs-fork-then-write",
          "GUP-fast pins and unpins while the mm forks and then writes",
          """
          As gup-fast-vs-fork; and unpin_user_page() looks whether the page is still exclusive, and
          the parent writes once it has forked. If its entry was write-protected, the write faults
          and copies a page that is shared by then. The child must not see what it writes.

            CPU0: GUP-fast, unpin                     CPU1: fork, then write
            (G5)  load the PTE: the page
                                                      (C8)  pinned? no
            (G11) pin the page
            (G14) load the PTE: still the same
                                                      (C9)  clear PG_anon_exclusive
            (V1)  PG_anon_exclusive? no               [if fork does not count write_protect_seq]
                                                      (C11) write-protect the PTE
                                                      (W17) store the PTE: a copy
                                                      (H3)  store to the copy
          """,
          SOURCE,
          ImmutableList.of("the child writes nothing, and nothing is written through the pin"),
          Patches.exclusivity(),
          GupFastVersusFork::buildThenWrite);

  private GupFastVersusFork() {}

  private static Setting buildThenWrite(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    GupFast gup = new GupFast(kernel, memory, race.free);
    Unpin unpin = new Unpin(kernel, race.free);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        new Program(
            "GUP-fast, unpin",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page pinned = gup.pinFast(cpu, race.mm, race.table, true);
              if (pinned == null) {
                return 0;
              }
              unpin.unpinUserPage(cpu, pinned);
              return 1;
            }),
        new Program(
            "fork, then write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              race.fork(cpu);
              return user.write(cpu, race.mm, race.table, 1, race.pages()) ? 1 : 0;
            }));
  }

  private static Scenario scenario(String name, String title, PinRace.Pin pin, boolean hasPinned) {
    return new Scenario(
        name,
        title,
        STORY,
        SOURCE,
        SIMPLIFICATIONS,
        Patches.exclusivity(),
        (kernel, memory) -> build(kernel, memory, pin, hasPinned));
  }

  private static Setting build(Kernel kernel, Memory memory, PinRace.Pin pin, boolean hasPinned) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), hasPinned);
    return race.running(race.gupFast(pin), race.fork());
  }
}
