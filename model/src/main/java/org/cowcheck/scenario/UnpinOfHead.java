package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A tail is pinned, the head is no longer exclusive, and unpin is told the head. */
final class UnpinOfHead {
  static final Scenario SHARED_HEAD =
      new Scenario(
              "5afb4bf9fc62-unpin-of-the-head",
              "a tail is pinned while the head is shared, and unpin is told the head",
              """
              PTEs map a huge page, whose first page was shared with a child: its flag is gone, that of
              the second is not. The second page is pinned. The caller keeps the folio, and unpins its
              first page. The check of DEBUG_VM wants the head or the page exclusive; here both are the
              same page, which is not.

              History says that the entry of the head was zapped and its flag is gone with it. By the
              source zapping leaves the flag as it is (see zap-of-the-head-then-unpin); sharing the head
              takes it.

                CPU0: GUP-fast of the tail, unpin
                (G18) PG_anon_exclusive of the tail? yes
                (G11) compound_pincount + 1
                (HP8) load compound_head: the head
                (V1)  PG_anon_exclusive of the head? no
              """,
              "5afb4bf9fc62 (io_uring/rsrc: fix folio unpinning)",
              ImmutableList.of("one CPU only"),
              patches(),
              (kernel, memory) -> build(kernel, memory, false))
          .from(
              new Origin.Race(
                  "B23",
                  "5afb4bf9fc62",
                  false,
                  Platform.GENERIC,
                  ImmutableList.of(ThpPatches.UNPIN_OF_HEAD.name()),
                  ImmutableList.of("S3")));

  static final Scenario ZAPPED_HEAD =
      new Scenario(
          "zap-of-the-head-then-unpin",
          "a tail is pinned while the entry of the head is zapped, and is unpinned",
          """
          PTEs map a huge page. A tail is pinned, the entry of the head is zapped, and the tail is
          unpinned. Zapping leaves the flag of the head as it is, so that the check finds it even if
          unpin is told the head.

            CPU0: GUP-fast of the tail, unpin         CPU1: zap of the head
            (G11) compound_pincount + 1
                                                      (Z3)  clear the PTE
                                                      (Z7)  drop the reference
            (V1)  head or tail exclusive? yes
          """,
          "5afb4bf9fc62 (io_uring/rsrc: fix folio unpinning)",
          ImmutableList.of("the huge page has two pages"),
          patches(),
          (kernel, memory) -> build(kernel, memory, true));

  private UnpinOfHead() {}

  private static ImmutableList<Patch> patches() {
    return Patches.statesAnd(ThpPatches.UNPIN_OF_HEAD);
  }

  private static Setting build(Kernel kernel, Memory memory, boolean zaps) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge =
        zaps ? HugeMemory.pteMapped(machine, mm) : HugeMemory.partiallyShared(machine, mm);
    GupFast gup = new GupFast(kernel, memory, machine.free);
    Unpin unpin = new Unpin(kernel, machine.free);
    Zap zap = new Zap(kernel, memory, machine.free);
    Program pinner =
        new Program(
            "GUP-fast of the tail, unpin",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page pinned = gup.pinFast(cpu, mm, huge.at(1), false);
              if (pinned == null) {
                return 0;
              }
              unpin.unpinUserPage(cpu, pinned);
              return 1;
            });
    return zaps
        ? machine.running(
            pinner,
            new Program(
                "zap of the head",
                engine -> zap.zapPteRange(kernel.boot(engine), mm, huge.at(0)) ? 1 : 0))
        : machine.running(pinner);
  }
}
