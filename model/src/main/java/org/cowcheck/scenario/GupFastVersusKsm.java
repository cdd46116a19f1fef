package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast takes a pin on an exclusive anonymous page while KSM write-protects it. */
final class GupFastVersusKsm {
  private static final String SOURCE =
      "088b8aa537c2 (mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast)";

  static final Scenario SAME_PTE =
      new Scenario(
              "gup-fast-vs-ksm-same-pte",
              "GUP-fast pins a read-only page while KSM write-protects it: the PTE is the same again",
              """
          The entry is read-only and clean already, so KSM puts back the very value that it
          cleared, and the second look at the PTE cannot tell. Whether GUP-fast sees that the page
          may be shared hangs on PG_anon_exclusive alone: the flag has to be cleared before the
          entry is put back (M3), and looked at after the entry (M4).

            CPU0: GUP-fast                            CPU1: KSM
            (G5)  load the PTE: the page
                                                      (M6)  clear the PTE, flush
                                                      (M8)  any other reference? no
            (G11) pin the page
                                                      (E2)  pinned? no
                                                      (M11) store the PTE: as it was    [early]
            (G14) load the PTE: still the same
            (G18) PG_anon_exclusive? yes
                                                      (E3)  clear PG_anon_exclusive
          """,
              SOURCE,
              ImmutableList.of(
                  "KSM keeps its reference, and does nothing with the page afterwards"),
              Patches.exclusivity(),
              (kernel, memory) -> build(kernel, memory, PinRace.Pin.READ_ONLY))
          .from(race("B11b", "S2", "S3-without-M3", "S3-without-M4"));

  static final Scenario CHANGED_PTE =
      new Scenario(
              "gup-fast-vs-ksm-changed-pte",
              "GUP-fast pins a writable page while KSM write-protects it: the PTE changes",
              """
          The entry is writable and dirty, so what KSM stores differs from what GUP-fast has seen.
          KSM compares the exact reference count: the first step of a pin, which is fully ordered,
          is enough to stop it.

            CPU0: GUP-fast                            CPU1: KSM
            (G5)  load the PTE: the page, writable
            (G8)  _refcount + 1
                                                      (M6)  clear the PTE, flush
                                                      (M8)  any other reference? yes, back off
            (G14) load the PTE: changed, or not yet
          """,
              SOURCE,
              ImmutableList.of(
                  "KSM keeps its reference, and does nothing with the page afterwards"),
              Patches.exclusivity(),
              (kernel, memory) -> build(kernel, memory, PinRace.Pin.WRITABLE))
          .from(race("B11c"));

  private GupFastVersusKsm() {}

  private static Origin.Race race(String id, String... before) {
    return new Origin.Race(
        id,
        SOURCE,
        true,
        Platform.ARM64,
        ImmutableList.copyOf(before),
        before.length == 0 ? ImmutableList.of("S2", "S3") : ImmutableList.of("S3"));
  }

  /** KSM has taken a reference when it found the page. */
  private static Setting build(Kernel kernel, Memory memory, PinRace.Pin pin) {
    Page page = AnonPage.mappedAndHeld(memory, kernel);
    long pte = pin.entry(page);
    PinRace race = new PinRace(kernel, memory, page, pte, true);
    Ksm ksm = new Ksm(kernel);
    return race.running(
        race.gupFast(pin),
        new Program(
            "KSM",
            cpu -> ksm.writeProtectPage(kernel.boot(cpu), race.mm, race.table, page) ? 1 : 0));
  }
}
