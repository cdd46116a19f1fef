package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.userfaultfd.UffdContinue;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A forced write to a read-only private file mapping, while another thread takes the copy away
 * again.
 */
final class DirtyCow {
  private static final ImmutableList<String> SIMPLIFICATIONS =
      ImmutableList.of(
          "mmap_lock, which both threads take for reading, is left out of MADV_DONTNEED",
          "the file has one page, and nobody else maps it");

  static final Scenario SCENARIO =
      new Scenario(
              "cve-2016-5195-dirty-cow",
              "a forced write while MADV_DONTNEED takes the private copy away",
              """
              A process writes to its own read-only mapping of a file by /proc/self/mem. GUP breaks
              COW; the entry stays read-only, so that GUP has to know that it may write all the
              same. Until 19be0eaffa3a it went on as if it were for reading, and MADV_DONTNEED made
              it find the page of the page cache.

                CPU0: write to /proc/self/mem             CPU1: MADV_DONTNEED
                (FG5)  load the PTE: read-only
                (W17)  store the PTE: a copy, dirty
                (FG14) the write fault was handled
                                                          (Z3)  clear the PTE
                (FG5)  load the PTE: none
                (FG46) store the PTE: the page cache page [if FOLL_WRITE was dropped]
                (FG5)  load the PTE: read-only, and that is enough
                (FG66) store to the page of the file

              S0 to S2 ask for a dirty entry, S3 for an exclusive page: neither is what a read fault
              maps, and with FOLL_WRITE there is none.
              """,
              "19be0eaffa3a (mm: remove gup_flags FOLL_WRITE games from __get_user_pages())",
              SIMPLIFICATIONS,
              Patches.statesAnd(SlowGupPatches.WITHOUT_FOLL_COW),
              (kernel, memory) -> build(kernel, memory, false))
          .from(
              new Origin.Race(
                  "B1",
                  "19be0eaffa3a (mm: remove gup_flags FOLL_WRITE games from __get_user_pages())",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0-without-foll-cow"),
                  ImmutableList.of("S0", "seed", "S2", "S3")));

  static final Scenario CONTINUE =
      new Scenario(
              "cve-2022-2590-foll-cow",
              "a forced write while userfaultfd maps a dirty page cache page",
              """
              As cve-2016-5195-dirty-cow, but the other thread also maps the page of the page cache
              again, by UFFDIO_CONTINUE on shmem: read-only and dirty. To FOLL_COW that looks like
              the copy. v6.1 looks at the page: anonymous and exclusive?

                CPU0: write to /proc/self/mem             CPU1: MADV_DONTNEED, UFFDIO_CONTINUE
                (FG5)  load the PTE: read-only
                (W17)  store the PTE: a copy, dirty
                (FG14) the write fault was handled: FOLL_COW
                                                          (Z3)   clear the PTE
                                                          (FG35) store the PTE: page cache, dirty
                (FG5)  load the PTE: read-only, dirty
                (FG66) store to the page of the file      [in S0 to S2]
              """,
              "5535be309971 (mm/gup: fix FOLL_FORCE COW security issue and remove FOLL_COW)",
              SIMPLIFICATIONS,
              Patches.states(),
              (kernel, memory) -> build(kernel, memory, true))
          .from(
              new Origin.Race(
                  "B2",
                  "5535be309971 (mm/gup: fix FOLL_FORCE COW security issue and remove FOLL_COW)",
                  false,
                  Platform.X86,
                  ImmutableList.of("S0", "seed", "S2"),
                  ImmutableList.of("S3")));

  private DirtyCow() {}

  private static Setting build(Kernel kernel, Memory memory, boolean continues) {
    Machine machine = new Machine(kernel, memory);
    Page file = machine.add(PageCache.mapped(memory, "file"));
    Mm mm = machine.mm("mm", false, 2);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(file)));
    Page first = machine.free("copy");
    Page second = machine.free("copy2");
    Zap zap = new Zap(kernel, memory, machine.free);
    UffdContinue uffd = new UffdContinue(machine.free);
    ToLongFunction<Cpu> write =
        engine -> {
          Cpu cpu = kernel.boot(engine);
          FreeList pages = FreeList.of(first, second);
          SlowGup gup = new SlowGup(kernel, memory, machine.free.onto(pages), pages);
          Page page =
              gup.getUserPages(cpu, mm, Vma.readOnlyFile(file), table, GupFlags.FORCED_WRITE);
          if (page == null) {
            return 0;
          }
          HeldPage.write(cpu, page, 1);
          HeldPage.put(cpu, machine.free, page);
          return 1;
        };
    return machine.running(
        ImmutableList.of(Contents.isUnchanged(file)),
        new Program("write to /proc/self/mem", write),
        new Program(
            continues ? "MADV_DONTNEED, UFFDIO_CONTINUE" : "MADV_DONTNEED",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              zap.zapPteRange(cpu, mm, table);
              return continues && uffd.mapPage(cpu, mm.reader(1), table, file) ? 1 : 0;
            }));
  }
}
