package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.hugetlb.FollowHugePage;
import org.cowcheck.mm.hugetlb.HugetlbMigrate;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** follow_page() looks at an entry of hugetlb under the lock of another level. */
final class FollowHugePageWithWrongLock {
  private static final String FIX =
      "fac35ba763ed (mm/hugetlb: fix races when looking up a CONT-PTE/PMD size hugetlb page)";

  static final Scenario SCENARIO =
      new Scenario(
              "fac35ba763ed-follow-huge-page-wrong-lock",
              "follow_page() of a CONT-PTE page of hugetlb races with its migration",
              """
              A page of hugetlb that is as large as some PTEs is mapped by entries in a table of
              PTEs, and the lock for them is page_table_lock of the mm, not the lock of that table.
              follow_page() takes the lock of the table until v5.19, so that migration unmaps and
              frees the page between its look at the entry and its reference, which it adds without
              asking: the page is in the pool with a reference, or follow_page() finds it without
              one where that cannot be.

                CPU0: follow_page                         CPU1: migration
                (HL21) take the lock of the table
                (HL22) load the entry: the page
                (HL23) _refcount: it has some
                                                          (HV2)  take page_table_lock
                                                          (HV9)  store the migration entry
                                                          (HV12) no other reference
                                                          (HV17) store the entry: the new page
                                                          (HR5)  the old page is in the pool
                (HL24) _refcount + 1
              """,
              FIX,
              ImmutableList.of(
                  "in traces mm.pmd_lock is page_table_lock of the mm",
                  "one of the contiguous entries stands for all"),
              HugetlbPatches.followPage(),
              FollowHugePageWithWrongLock::build)
          .from(
              new Origin.Race(
                  "B17",
                  FIX,
                  false,
                  Platform.ARM64,
                  ImmutableList.of("S0", "seed", "S2", "S3-without-huge-page-table-lock"),
                  ImmutableList.of("S2-with-huge-page-table-lock", "S3")));

  private FollowHugePageWithWrongLock() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    PageBlock huge = HugetlbPage.isolated(memory, kernel);
    PageBlock target = HugetlbPage.freePage(memory, "target");
    machine.add(huge);
    machine.add(target);
    Mm mm = machine.mm("mm", true);
    PageTable table =
        machine.map(mm, PageTable.of(memory, "mm", Pte.writable(huge.head()) | Pte.HUGE));
    HugetlbVma vma = HugetlbVma.ofContPte(mm, table, memory.spinlock("fault_mutex"));
    FollowHugePage follow = new FollowHugePage(kernel, memory);
    HugetlbMigrate migrate = new HugetlbMigrate(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "a page in the pool has a reference",
                end -> end.returned(1) == 0 || end.value(huge.head().refcount()) == 0)),
        new Program("follow_page", cpu -> follow.get(kernel.boot(cpu), vma) == null ? 0 : 1),
        new Program(
            "migration",
            cpu ->
                migrate.migrate(kernel.boot(cpu), vma, huge.head(), FreeList.of(target.head()))
                    ? 1
                    : 0));
  }
}
