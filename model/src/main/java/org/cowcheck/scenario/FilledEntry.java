package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.userfaultfd.UffdContinue;
import org.cowcheck.mm.userfaultfd.UffdCopy;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * Two threads at an entry of a private file mapping that is none: both fill it, or one does and the
 * other one uses it. All hold mmap_lock for reading alone.
 */
final class FilledEntry {
  private static final long OF_FILE = 7;
  private static final long BY_USER = 8;

  static final Scenario TWO_FAULTS =
      new Scenario(
          "write-fault-vs-write-fault-on-file",
          "two threads write to the same page of a private file mapping for the first time",
          """
          Both find no entry. The page of the file is locked by one at a time, but the second does
          not know that the first has mapped a copy and written to it, unless it looks at the entry
          again with the PT lock.

            CPU0: write fault, write                  CPU1: write fault
            (YF2) load the PTE: none                  (YF2) load the PTE: none
            (FG47) store the PTE: a copy
            (H3)  store to the copy
                                                      (FG41) lock the page of the file
                                                      (FG44) load the PTE: still none? no
          """,
          "do_cow_fault() and finish_fault()",
          ImmutableList.of("a fault that finds the page locked is not tried again"),
          Patches.statesAnd(),
          FilledEntry::buildTwoFaults);

  static final Scenario SEEN =
      new Scenario(
          "write-fault-on-file-vs-read",
          "a thread reads a page that a write fault of another thread copies from a file",
          """
          The reader takes no lock: it walks the page table, and reads what it finds there. Before
          the entry has the copy the copy has its contents; the barrier is that of
          __SetPageUptodate(), and on the other side the load of the page depends on that of the
          entry.

            CPU0: write fault                         CPU1: read
            (FG42) copy the contents, smp_wmb
            (FG47) store the PTE: the copy
                                                      (H1)  load the PTE: the copy
                                                      (H2)  load from the copy
          """,
          "do_cow_fault()",
          ImmutableList.of("a read that finds no entry is not tried again"),
          Patches.statesAnd(),
          FilledEntry::buildSeen);

  static final Scenario COPY =
      new Scenario(
          "uffd-copy-vs-uffd-continue",
          "UFFDIO_COPY and UFFDIO_CONTINUE fill the same entry",
          """
          UFFDIO_CONTINUE has the page of the file locked, UFFDIO_COPY has a page of its own: what
          they have in common is the PT lock. One finds the entry filled and says EEXIST.

            CPU0: UFFDIO_COPY                         CPU1: UFFDIO_CONTINUE
            (FG33) load the PTE: none
            (FG82) store the PTE: the new page
                                                      (FG33) load the PTE: none? no
          """,
          "mfill_atomic_install_pte()",
          ImmutableList.of(),
          Patches.statesAnd(),
          FilledEntry::buildCopy);

  static final Scenario COPY_SEEN =
      new Scenario(
          "uffd-copy-vs-read",
          "a thread reads a page that UFFDIO_COPY maps",
          """
          As write-fault-on-file-vs-read, with the barrier of mcopy_atomic_pte().

            CPU0: UFFDIO_COPY                         CPU1: read
            (FG81) copy the contents, smp_wmb
            (FG82) store the PTE: the new page
                                                      (H1)  load the PTE: the new page
                                                      (H2)  load from the page
          """,
          "mcopy_atomic_pte()",
          ImmutableList.of("a read that finds no entry is not tried again"),
          Patches.statesAnd(),
          FilledEntry::buildCopySeen);

  private FilledEntry() {}

  /** The entry is none; the file has a page for it. */
  private record Entry(Kernel kernel, Machine machine, Mm mm, PageTable table, Page file) {

    static Entry of(Kernel kernel, Memory memory) {
      Machine machine = new Machine(kernel, memory);
      Mm mm = machine.mm("mm", false, 2);
      return new Entry(
          kernel,
          machine,
          mm,
          machine.map(mm, PageTable.of(memory, "mm", 0)),
          machine.add(PageCache.unmapped(memory, "file", OF_FILE)));
    }

    UserAccess user() {
      return new UserAccess(kernel, machine.memory, machine.free);
    }

    /** A write fault on the CPU of this number. */
    void fault(Cpu cpu, int number, Page page) {
      new MmFault(kernel, machine.memory, machine.free, FreeList.of(page))
          .handle(cpu, mm.reader(number), new Vma(true, file), table, MmFault.Access.WRITE);
    }

    ToLongFunction<Cpu> uffdCopy(Page page) {
      UffdCopy copy = new UffdCopy(kernel, machine.free);
      return engine ->
          copy.copyPage(kernel.boot(engine), mm, table, OF_FILE, FreeList.of(page)) ? 1 : 0;
    }

    /** A read of what is mapped, and what must hold of it. */
    Setting seenWhile(String name, ToLongFunction<Cpu> fills) {
      return machine.running(
          ImmutableList.of(
              new Invariant(
                  "a page is seen before its contents are there",
                  end -> end.returned(1) == OF_FILE || end.returned(1) == UserAccess.SEGV)),
          new Program(name, fills),
          new Program("read", engine -> user().readIfMapped(kernel.boot(engine), table)));
    }
  }

  private static Setting buildTwoFaults(Kernel kernel, Memory memory) {
    Entry entry = Entry.of(kernel, memory);
    Page copy = entry.machine().free("copy");
    Page other = entry.machine().free("other");
    return entry
        .machine()
        .running(
            ImmutableList.of(
                new Invariant(
                    "a write is lost",
                    end -> {
                      long pte = end.value(entry.table().pte());
                      return end.returned(0) == 0
                          || (Pte.present(pte)
                              && end.value(Pte.page(memory, pte).contents()) == BY_USER);
                    })),
            new Program(
                "write fault, write",
                engine -> {
                  Cpu cpu = kernel.boot(engine);
                  entry.fault(cpu, 0, copy);
                  return entry.user().writeIfMapped(cpu, entry.table(), BY_USER) ? 1 : 0;
                }),
            new Program(
                "write fault",
                engine -> {
                  entry.fault(kernel.boot(engine), 1, other);
                  return 0;
                }));
  }

  private static Setting buildSeen(Kernel kernel, Memory memory) {
    Entry entry = Entry.of(kernel, memory);
    Page copy = entry.machine().free("copy");
    return entry.seenWhile(
        "write fault",
        engine -> {
          entry.fault(kernel.boot(engine), 0, copy);
          return 0;
        });
  }

  private static Setting buildCopy(Kernel kernel, Memory memory) {
    Entry entry = Entry.of(kernel, memory);
    Page page = entry.machine().free("page");
    UffdContinue uffd = new UffdContinue(entry.machine().free);
    return entry
        .machine()
        .running(
            ImmutableList.of(
                new Invariant(
                    "an entry is filled that was filled already",
                    end -> end.returned(0) + end.returned(1) == 1)),
            new Program("UFFDIO_COPY", entry.uffdCopy(page)),
            new Program(
                "UFFDIO_CONTINUE",
                engine ->
                    uffd.mapPage(
                            kernel.boot(engine), entry.mm().reader(1), entry.table(), entry.file())
                        ? 1
                        : 0));
  }

  private static Setting buildCopySeen(Kernel kernel, Memory memory) {
    Entry entry = Entry.of(kernel, memory);
    Page page = entry.machine().free("page");
    return entry.seenWhile("UFFDIO_COPY", entry.uffdCopy(page));
  }
}
