package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.pfn.DumpReader;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/** A program that tests PG_slab by its number takes exclusive pages of the seed for slab pages. */
final class RawSlabBit {
  static final Scenario SCENARIO =
      new Scenario(
          "raw-slab-bit",
          "a reader of dumps, or memcg_slabinfo.py, tests PG_slab by its number",
          """
          crash and makedumpfile know the number of PG_slab from vmcoreinfo, memcg_slabinfo.py from
          the debug information, and test that bit of flags alone. Every exclusive anonymous page
          of the seed looks like a slab page to them, for as long as it is mapped. No race is
          needed.

            CPU0: do_anonymous_page                   CPU1: reader
            (N6) set PG_anon_exclusive (PG_slab)
                                                      (DU1) load flags: PG_slab set
          """,
          "kernel/crash_core.c: NUMBER(PG_slab); tools/cgroup/memcg_slabinfo.py; RFC 08/13",
          ImmutableList.of("the reader looks while the kernel runs; a dump is one instant of it"),
          Patches.states(),
          RawSlabBit::build);

  private RawSlabBit() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FaultedPage.readBy(
        "reader",
        "a reader of flags",
        (cpu, page, free) -> DumpReader.isSlab(cpu, page) ? 1 : 0,
        kernel,
        memory);
  }
}
