package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.LastWritten;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A process writes to a page while KSM maps a KSM page in its place. */
final class KsmMergeVersusWrite {
  static final Scenario SCENARIO =
      new Scenario(
          "ksm-merge-vs-write",
          "a process writes to a page that KSM replaces by one of the same contents",
          """
          The page is read-only and may be shared already, so write_protect_page() changes nothing.
          The write fault copies what the entry maps: the page, or the KSM page if KSM was first.
          If the copy was first, replace_page() must find the entry changed; else the write is lost.

            CPU0: write                               CPU1: KSM
                                                      (M3)   load the PTE: read-only, clean
                                                      (M12c) contents: the same
            (W4)  other references: copy
            (W17) store the PTE: the copy
            (H3)  store to the copy
                                                      (M12e) load the PTE: changed
          """,
          "replace_page() and do_wp_page()",
          ImmutableList.of("another process maps the KSM page already"),
          Patches.statesAnd(SwapPatches.WITHOUT_REPLACE_PTE_SAME),
          KsmMergeVersusWrite::build);

  private static final long SAME = 7;

  private KsmMergeVersusWrite() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page ksmPage =
        machine.add(
            new Page(
                memory,
                "ksm",
                new PageState(
                    PageFlag.bit(PageFlag.PG_UPTODATE) | PageFlag.bit(PageFlag.PG_SWAPBACKED),
                    Page.KSM_NODE,
                    2,
                    0,
                    SAME)));
    Page page =
        machine.add(
            new Page(
                memory,
                "page",
                new PageState(
                    PageFlag.bit(PageFlag.PG_UPTODATE) | PageFlag.bit(PageFlag.PG_SWAPBACKED),
                    Page.ANON_VMA,
                    2,
                    0,
                    SAME)));
    Page copy = machine.free("copy");
    Page copyAgain = machine.free("copy2");
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(page)));
    machine.map(machine.mm("other", false), PageTable.of(memory, "other", Pte.readOnly(ksmPage)));
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    Ksm ksm = new Ksm(kernel);
    return machine.running(
        ImmutableList.of(
            new LastWritten(memory, table, SAME).isSeen("KSM takes away what was written")),
        new Program(
            "write",
            cpu ->
                user.write(kernel.boot(cpu), mm, table, 8, FreeList.of(copy, copyAgain)) ? 1 : 0),
        new Program(
            "KSM",
            cpu -> ksm.merge(kernel.boot(cpu), mm, table, page, ksmPage, machine.free) ? 1 : 0));
  }
}
