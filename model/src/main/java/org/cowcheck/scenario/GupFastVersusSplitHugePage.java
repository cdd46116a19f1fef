package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.thp.SplitHugePage;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page of a huge page while it is split into small pages. */
final class GupFastVersusSplitHugePage {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-split-huge-page",
          "GUP-fast pins a tail that PTEs map while its huge page is split into small pages",
          """
          A PTE maps the tail of a huge page. split_huge_page() puts a migration entry in its place,
          freezes the count of references, makes a small page of the tail and maps it again. GUP-fast
          has its reference before the freeze, which then fails, or gets none, or is late and finds a
          small page. It looks at compound_head twice, since the page may leave its head in between.

          On weak memory that is not enough: nothing orders the cleared compound_head before the
          count of the head that is 1 again. GUP-fast may get a reference of the head and still see
          the tail as a part of it. The entry is the same as before when it looks again, so it returns
          the tail with a pin of the head; who unpins the tail drops references that nobody took.

            CPU0: GUP-fast of the tail                CPU1: split_huge_page()
            (G5)  load the PTE: the tail
            (G6)  load compound_head: the head
                                                      (MG12) store the migration entry
                                                      (SH4) freeze the count: 1 to 0
                                                      (SH15) _refcount of the head + 1     [early]
            (G8)  _refcount of the head + 1
            (G9)  load compound_head: still the head
                                                      (SH10) compound_head of the tail becomes 0
                                                      (RG7)  store the PTE: the tail
            (G14) load the PTE: still the same
          """,
          "a question of our own; __split_huge_page() of v6.1",
          ImmutableList.of("the huge page has two pages, the first of which is zapped"),
          Patches.statesAnd(
              ThpPatches.SEED_SPLIT_MASK, ThpPatches.SPLIT_HEAD_RELEASE, ThpPatches.NUMA_BALANCING),
          GupFastVersusSplitHugePage::build);

  private GupFastVersusSplitHugePage() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    HugeMemory huge = HugeMemory.singleTailAndLocked(machine, mm);
    PageTable table = huge.tables().get(0);
    PageBlock block = huge.block();
    GupFast gup = new GupFast(kernel, memory, machine.free);
    SplitHugePage split =
        new SplitHugePage(kernel, new SplitHugePmd(kernel, memory, machine.free), machine.free);
    return machine.running(
        new Program(
            "GUP-fast of the tail",
            engine -> gup.pinFast(kernel.boot(engine), mm, huge.at(1), true) == null ? 0 : 1),
        new Program(
            "split_huge_page()",
            engine -> split.split(kernel.boot(engine), mm, block.head(), table) ? 1 : 0));
  }
}
