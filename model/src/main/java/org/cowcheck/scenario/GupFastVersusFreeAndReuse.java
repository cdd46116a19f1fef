package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page that is zapped, freed and handed out again to another process. */
final class GupFastVersusFreeAndReuse {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-free-and-reuse",
          "GUP-fast pins a page while it is zapped, freed and mapped by another process",
          """
          GUP-fast has loaded the entry when the page is zapped, freed and faulted in elsewhere.
          It takes its reference on what is another process's page by then. The second look at the
          PTE has to find it gone.

            CPU0: GUP-fast                            CPU1: zap, then fault
            (G5)  load the PTE: the page
                                                      (Z3)  clear the PTE
                                                      (Z7)  drop the last reference
                                                      (D5)  store the other process's PTE
            (G11) pin the page
            (G14) load the PTE: gone
          """,
          "2667f50e8b81 (mm: introduce a general RCU get_user_pages_fast())",
          ImmutableList.of("the page is handed out again on the CPU that freed it"),
          Patches.exclusivity(),
          GupFastVersusFreeAndReuse::build);

  private GupFastVersusFreeAndReuse() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    Zap zap = new Zap(kernel, memory, race.free);
    Fault fault = new Fault(kernel);
    return race.running(
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "zap, then fault",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (!zap.zapPteRange(cpu, race.mm, race.table)) {
                return 0;
              }
              return fault.doAnonymousPage(cpu, race.childTable, FreeList.of(race.page), race.free)
                  ? 1
                  : 0;
            }));
  }
}
