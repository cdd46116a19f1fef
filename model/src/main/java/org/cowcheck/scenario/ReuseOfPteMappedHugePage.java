package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A write fault reuses one page of a huge page while GUP-fast takes a reference of it. */
final class ReuseOfPteMappedHugePage {
  static final Scenario SCENARIO =
      new Scenario(
              "1da190f4d0a6-reuse-of-pte-mapped-thp",
              "a write fault counts the references of a huge page while GUP-fast pins its tail",
              """
              The first page of a huge page was shared with a child that is gone. v6.1 copies it on
              the next write, since the huge page has more than one reference; v6.15 reuses it, if all
              references are those of mappings. A check beside that said that there are never more
              references than mappings; GUP-fast takes one at any time. The check is to be the other
              way round. Whether the page is reused does not depend on it: the counts are compared
              again.

                CPU0: write fault of the head             CPU1: GUP-fast of the tail
                (WH30) as many mappings as references? yes
                                                          (G8)  _refcount of the head + 1
                (WH32) fewer mappings than references!
                (WH34) as many? no, copy
              """,
              "1da190f4d0a6 (mm: Copy-on-Write (COW) reuse support for PTE-mapped THP); 4b7c0857f87a",
              ImmutableList.of("the huge page has two pages", "nobody else maps it"),
              Patches.statesAnd(ThpPatches.REUSE, ThpPatches.REUSE_FIXED),
              ReuseOfPteMappedHugePage::build)
          .from(
              new Origin.Race(
                  "B22",
                  "4b7c0857f87a",
                  false,
                  Platform.GENERIC,
                  ImmutableList.of(ThpPatches.REUSE.name()),
                  ImmutableList.of(ThpPatches.REUSE_FIXED.name())));

  static final Scenario HELD =
      new Scenario(
          "thp-reuse-vs-zap",
          "a write fault counts the references of a huge page while another thread unmaps its tail",
          """
          As before, but the child has left a reference to the first page, as vmsplice() takes it:
          what the parent writes it is not to see. Another thread of the parent unmaps the tail, which
          has a page table of its own after mremap(). The fault loads the count of mappings before,
          and that of references after: the mapping that is gone makes up for the child's reference. It looks at both again with the counts of
          mappings locked. Kernels that have no reuse copy.

            CPU0: the parent writes                   CPU1: MADV_DONTNEED of the tail
            (WH30) two mappings
                                                      (Z4)  _mapcount of the tail - 1
                                                      (Z7)  _refcount of the head - 1
            (WH30) two references: the same count
            (WH34) one mapping, two references: copy
          """,
          "1da190f4d0a6 (mm: Copy-on-Write (COW) reuse support for PTE-mapped THP); 4b7c0857f87a",
          ImmutableList.of("the huge page has two pages", "nobody else maps it"),
          Patches.statesAnd(ThpPatches.REUSE, ThpPatches.REUSE_FIXED),
          ReuseOfPteMappedHugePage::buildHeld);

  private ReuseOfPteMappedHugePage() {}

  private static Setting buildHeld(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.partiallySharedHeldAndMoved(machine, mm);
    Page spare = machine.free("spare");
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    Zap zap = new Zap(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "a child sees through its reference what its parent wrote",
                end -> end.value(huge.page(0).contents()) == CowMemory.BEFORE)),
        new Program(
            "the parent writes",
            engine ->
                user.write(
                        kernel.boot(engine),
                        mm,
                        huge.at(0),
                        CowMemory.BEFORE + 1,
                        FreeList.of(spare))
                    ? 1
                    : 0),
        new Program(
            "MADV_DONTNEED of the tail",
            engine -> zap.zapPteRange(kernel.boot(engine), mm, huge.at(1)) ? 1 : 0));
  }

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.partiallyShared(machine, mm);
    Page spare = machine.free("spare");
    GupFast gup = new GupFast(kernel, memory, machine.free);
    WriteFault fault = new WriteFault(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "write fault of the head",
            engine -> {
              fault.doWpPage(kernel.boot(engine), mm, huge.at(0), false, FreeList.of(spare));
              return 0;
            }),
        new Program(
            "GUP-fast of the tail",
            engine -> gup.pinFast(kernel.boot(engine), mm, huge.at(1), true) == null ? 0 : 1));
  }
}
