package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.gup.Gup;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A child keeps a reference of a page that it no longer maps, and its parent writes to the page.
 */
final class VmspliceLeak {
  static final Scenario SCENARIO =
      new Scenario(
              "cve-2020-29374-vmsplice",
              "a child keeps a page in a pipe and unmaps it; the parent writes",
              """
              Parent and child share a page after fork. The child puts it into a pipe by vmsplice(),
              which takes an ordinary reference (FOLL_GET), and unmaps it. Until v5.8 a write fault
              counted mappings: the parent is alone with the page, reuses it, and the child reads
              from the pipe what the parent writes.

                CPU0: parent writes                       CPU1: child: vmsplice, unmap, read
                                                          (G8)   _refcount + 1
                                                          (Z4)   _mapcount - 1
                (W6a) _mapcount: mapped once, so reuse    [before 09854ba94c6a]
                (H3)  store to the page
                                                          (FG65) load from the page

              17839856fd58 (v5.8) had the child's GUP break COW; 09854ba94c6a (v5.9) replaced that
              by counting references. S1 to S3 find the page not exclusive first.
              """,
              "09854ba94c6a (mm: do_wp_page() simplification)",
              ImmutableList.of("fork is over when both begin"),
              Patches.statesAnd(SlowGupPatches.MAPCOUNT, SlowGupPatches.FORCED_COW),
              (kernel, memory) -> build(kernel, memory, false))
          .from(
              new Origin.Race(
                  "B3",
                  "09854ba94c6a (mm: do_wp_page() simplification); before it 17839856fd58",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0-with-mapcount-reuse"),
                  ImmutableList.of(
                      "S0-with-mapcount-reuse-and-forced-cow", "S0", "seed", "S2", "S3")));

  static final Scenario MPROTECT =
      new Scenario(
              "vmsplice-after-mprotect",
              "as cve-2020-29374-vmsplice; the parent protects the page and permits writes first",
              """
              The entry of the parent is dirty from before fork. mprotect() of v6.1 makes a dirty
              entry writable at once if the page is exclusive; then there is no write fault that
              would count references.

                CPU0: parent: mprotect, write             CPU1: child: vmsplice, unmap, read
                                                          (G8)   _refcount + 1
                                                          (Z4)   _mapcount - 1
                (PR1) PG_anon_exclusive? no
                (Q4)  store the PTE: writable             [if it does not look]
                (H3)  store to the page
                                                          (FG65) load from the page
              """,
              "tools/testing/selftests/mm/cow.c; 64fe24a3e05e",
              ImmutableList.of("fork is over when both begin"),
              Patches.statesAnd(SlowGupPatches.BLIND_UPGRADE),
              (kernel, memory) -> build(kernel, memory, true))
          .from(
              new Origin.SelftestCell(
                  "vmsplice() + unmap in child with mprotect() optimization", "base"));

  private VmspliceLeak() {}

  private static Setting build(Kernel kernel, Memory memory, boolean protects) {
    Machine machine = new Machine(kernel, memory);
    Page page =
        machine.page(
            "page",
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU), Page.ANON_VMA, 2, 1));
    Mm mm = machine.mm("mm", false);
    long pte = Pte.readOnly(page) | (protects ? Pte.DIRTY : 0);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", pte));
    Mm child = machine.mm("child", false);
    PageTable childTable = machine.map(child, PageTable.of(memory, "child", Pte.readOnly(page)));
    Page spare = machine.free("spare");
    Page childSpare = machine.free("child's spare");
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    Protect protect = new Protect(kernel, memory);
    Zap zap = new Zap(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(Contents.hidesWritesFrom(1, 0)),
        new Program(
            protects ? "parent: mprotect, write" : "parent writes",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              if (protects) {
                protect.changePteRange(cpu, mm, table);
                protect.permitWrites(cpu, mm, table);
              }
              return user.write(cpu, mm, table, 1, FreeList.of(spare)) ? 1 : 0;
            }),
        new Program(
            "child: vmsplice, unmap, read",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Gup gup = new Gup(kernel, memory, machine.free, FreeList.of(childSpare));
              Page held = gup.getUserPagesFast(cpu, child, childTable, GupFlags.GET);
              if (held == null) {
                return -1;
              }
              zap.zapPteRange(cpu, child, childTable);
              return HeldPage.read(cpu, held);
            }));
  }
}
