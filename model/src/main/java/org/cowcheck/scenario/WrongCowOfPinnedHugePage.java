package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.fault.HugeWriteFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A page of a huge page is pinned, the PMD entry is split, and a write fault copies the page. */
final class WrongCowOfPinnedHugePage {
  static final Scenario SCENARIO =
      new Scenario(
          "wrong-cow-of-pinned-thp",
          "a write fault on a pinned page of a huge page copies it after its PMD entry was split",
          """
          A tail is pinned through a PMD entry. The PMD entry is split and the tail write-protected,
          as by mprotect() of one page. The next write faults. v5.17 reuses a page only if its huge
          page has no other reference, and the other entry and the pin are two. Since then the flag
          of the head has become the tail's with the split, and the page is reused.

            CPU0: pin, split, protect, write
            (G11) compound_pincount + 1
            (SP9) set PG_anon_exclusive of the part
            (Q4)  store the PTE: not writable
            (W3)  PG_anon_exclusive of the tail? reuse
            (W4)  _refcount of the head: other references, so copy     [v5.17]
          """,
          "09854ba94c6a (mm: do_wp_page() simplification); 6c287605fd56",
          ImmutableList.of("one CPU only"),
          Patches.states(),
          WrongCowOfPinnedHugePage::build);

  private WrongCowOfPinnedHugePage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.pmdMapped(machine, mm);
    Page spare = machine.free("spare");
    GupFast gup = new GupFast(kernel, memory, machine.free);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, machine.free);
    Protect protect = new Protect(kernel, memory);
    HugeWriteFault fault = new HugeWriteFault(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "pin, split, protect, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              gup.pinFast(cpu, mm, huge.at(1), true);
              split.split(cpu, mm, huge.at(1));
              protect.changePteRange(cpu, mm, huge.at(1));
              fault.handleMmFault(cpu, mm, huge.at(1), false, FreeList.of(spare));
              return 0;
            }));
  }
}
