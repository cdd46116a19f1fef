package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageBlock.Compound;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.hugetlb.HugePmdSharing;
import org.cowcheck.mm.hugetlb.HugetlbFault;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast walks a table of PMD entries that its process has just left to another one. */
final class HugePmdUnshareVersusGupFast {
  private static final String FIX =
      "1013af4f585f (mm/hugetlb: fix huge_pmd_unshare() vs GUP-fast race), CVE-2025-38085";

  /** The mapping of a file: an address_space, aligned. */
  private static final long FILE = 0x4000;

  static final Scenario SCENARIO =
      new Scenario(
              "cve-2025-38085-huge-pmd-unshare",
              "a shared table of PMD entries becomes another process's own while GUP-fast walks it",
              """
              Two processes map the same file of hugetlb and share a table of PMD entries. One of
              them unshares it while its other thread is in GUP-fast. The second process then has
              the table for itself, unmaps the file and maps private memory in its place. GUP-fast
              looks at the PMD entry twice, and never again at the PUD entry: it pins a page of the
              other process. Where flushing the TLB sends an IPI and waits, as on bare x86, the
              flush keeps the table from changing in time; elsewhere nothing does. The fix is to
              wait for GUP-fast, whatever the flush does.

                CPU0: GUP-fast                            CPU1: unshare, then the other process maps
                (HG1) load the PUD entry: the table
                                                          (HS11) clear the PUD entry
                                                          [(HS12) wait for GUP-fast: the fix]
                                                          (HZ3)  clear the PMD entry
                                                          (HF8)  store the PMD entry: a private page
                (HG2) load the PMD entry
                (G11) pin the private page
                (HG3) load the PMD entry: the same
              """,
              FIX,
              ImmutableList.of(
                  "in traces mm.pmd is the PUD entry and mm.pte the PMD entry below it",
                  "the other process runs on the CPU of the one that unshares",
                  "other mappings of the second process keep the table from being freed"),
              HugetlbPatches.unsharePmd(),
              HugePmdUnshareVersusGupFast::build)
          .from(
              new Origin.Race(
                  "B16",
                  FIX,
                  false,
                  Platform.GENERIC,
                  ImmutableList.of("S0", "seed", "S2", "S3"),
                  ImmutableList.of("S3-with-huge-pmd-unshare-sync")));

  private HugePmdUnshareVersusGupFast() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    PageBlock file =
        PageBlock.hugetlb(
            memory,
            "file",
            new Compound(0, 0),
            new PageState(bit(PG_UPTODATE), FILE, 2, -1),
            new PageState(0, Page.TAIL_MAPPING, 0, -1));
    PageBlock spare = HugetlbPage.freePage(memory, "private");
    machine.add(file);
    machine.add(spare);
    Mm mm = machine.mm("mm", true);
    PageTable table =
        machine.map(mm, PageTable.of(memory, "mm", Pte.writable(file.head()) | Pte.HUGE));
    Mm otherMm = machine.mm("other", true);
    Word otherPud = memory.word("other.pmd", table.asPmd());
    PageTable otherTable =
        machine.map(
            otherMm,
            new PageTable(
                new Pmd(otherPud, memory.spinlock("other.pmd_lock")),
                table.address(),
                table.ptes(),
                0,
                table.lock()));
    HugetlbVma fileVma =
        HugetlbVma.inTable(otherMm, otherTable, memory.spinlock("file.fault_mutex"));
    HugetlbVma privateVma =
        HugetlbVma.inTable(otherMm, otherTable, memory.spinlock("private.fault_mutex"));
    HugePmdSharing.Shared shared =
        new HugePmdSharing.Shared(
            memory.word("table._refcount", 2), memory.spinlock("i_mmap_rwsem"));
    GupFast gup = new GupFast(kernel, memory, machine.free);
    HugePmdSharing sharing = new HugePmdSharing(kernel);
    HugetlbZap zap = new HugetlbZap(kernel, memory, machine.free);
    HugetlbFault fault = new HugetlbFault(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "GUP-fast",
            cpu -> gup.pinFastBelowPud(kernel.boot(cpu), mm, table, true) == null ? 0 : 1),
        new Program(
            "unshare, then the other process maps",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              sharing.unshare(cpu, mm, table, shared);
              zap.unmapHugepageRange(cpu, fileVma);
              fault.handle(cpu, privateVma, Access.WRITE, FreeList.of(spare.head()));
              return 0;
            }));
  }
}
