package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.mm.thp.SplitHugePage;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A walker by page frame numbers looks at a tail while its huge page is split. */
final class WalkerVersusSplitHugePage {
  static final Scenario SCENARIO =
      new Scenario(
          "kpageflags-of-tail-at-split",
          "/proc/kpageflags shows a tail while its huge page is split into small pages",
          """
          The tail is anonymous all the time: before as a part of the huge page, whose head says so,
          and afterwards by its own mapping. The walker has no reference. It loads compound_head to
          know which mapping to look at, and that load depends on it; split_huge_page() has a
          barrier between the tail's flags and mapping and its compound_head.

            CPU0: split_huge_page()                   CPU1: stable_page_flags() of the tail
            (SH7)  flags of the tail
            (SH8)  mapping of the tail
            (SH9)  smp_wmb
            (SH10) compound_head of the tail: 0
                                                      (K3) load compound_head: no tail
                                                      (K3) load mapping of the tail: anonymous?
          """,
          "__split_huge_page_tail() in v6.1",
          ImmutableList.of("the huge page has two pages, the first of which is zapped"),
          Patches.statesAnd(),
          WalkerVersusSplitHugePage::build);

  private WalkerVersusSplitHugePage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", false);
    HugeMemory huge = HugeMemory.singleTailAndLocked(machine, mm);
    SplitHugePage split =
        new SplitHugePage(kernel, new SplitHugePmd(kernel, memory, machine.free), machine.free);
    KPageFlags flags = new KPageFlags(kernel);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "an anonymous page is shown as another one",
                end -> (end.returned(1) & KPageFlags.KPF_ANON) != 0),
            new Invariant(
                "a page is shown as slab that never was",
                end -> (end.returned(1) & KPageFlags.KPF_SLAB) == 0)),
        new Program(
            "split_huge_page()",
            cpu ->
                split.split(kernel.boot(cpu), mm, huge.block().head(), huge.tables().get(0))
                    ? 1
                    : 0),
        new Program(
            "stable_page_flags() of the tail",
            cpu -> flags.stablePageFlags(kernel.boot(cpu), huge.page(1))));
  }
}
