package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A page fault walks the page table that a split of a PMD entry has just put in place. */
final class FaultVersusSplit {
  static final Scenario SCENARIO =
      new Scenario(
          "fault-vs-split",
          "a page fault walks the page table that a split of a PMD entry puts in place",
          """
          __split_huge_pmd_locked() stores the entries of the page table under the lock of the PMD
          entry alone, and then the PMD entry. A fault that finds the page table there takes the
          lock of the page table, which orders nothing here, and looks whether its entry is none.
          With smp_wmb() between the entries and the PMD entry (SP12) it cannot be. Without it the
          fault may find the entry empty and map a new page: the old one is lost, or both are.

            CPU0: split                               CPU1: reader
            (SP4)  make the PMD entry invalid
            (SP13) store the PMD entry       [early]
                                                      (YF2) load the PTE: none
                                                      (D4)  load the PTE, with its lock: none
                                                      (D5)  store the PTE: a page of zeroes
            (SP10) store the PTE of the part [late]

          The huge page is being migrated. Of one that is mapped, the split takes the mapping away
          in between, by a fully ordered operation (SP11a), which would order the stores, too.
          """,
          "a question of our own: eef1b3ba053a (thp: implement split_huge_pmd())",
          ImmutableList.of("the migration waits", "a huge page of two pages, one of which is read"),
          Patches.states(),
          FaultVersusSplit::build);

  private FaultVersusSplit() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    PageBlock huge =
        PageBlock.compound(
            memory,
            "page",
            PageBlock.Compound.UNMAPPED,
            new PageState(HugePage.HEAD_FLAGS | bit(PG_LOCKED), Page.ANON_VMA, 1, -1),
            HugePage.TAIL);
    machine.add(huge);
    Page spare = machine.free("spare");
    Mm mm = machine.mm("mm", false);
    long entry = huge.head().address() | Pte.HUGE | Pte.MIGRATION | Pte.WRITE;
    PageTable table =
        machine.map(mm, PageTable.deposited(memory, "mm", entry, huge.pages().size()));
    PageTable read = table.at(1);
    SplitHugePmd split = new SplitHugePmd(kernel, memory, machine.free);
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "an entry that a split has stored is lost",
                end -> Pte.names(end.value(read.pte()), huge.pages().get(read.index())))),
        new Program(
            "split",
            cpu -> {
              split.split(kernel.boot(cpu), mm, table);
              return 0;
            }),
        new Program("reader", cpu -> user.read(kernel.boot(cpu), mm, read, FreeList.of(spare))));
  }
}
