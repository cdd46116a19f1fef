package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.BiFunction;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.PteAlloc;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.fault.HugeFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.mm.hugetlb.HugetlbFault;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.patch.ThpPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A thread reads its memory while another fills a page there and stores the entry that maps it. The
 * hardware takes no lock: it follows the entry as soon as it sees it.
 */
final class NewPageVersusUserRead {
  private static final String SOURCE =
      "a question of our own: the smp_wmb() of __SetPageUptodate() and of pmd_install()";

  /** What a page of the process holds. */
  private static final long OWN = 1;

  /** What is in pages of others, and in free pages. */
  private static final long FOREIGN = 7;

  /** The pages of a huge page. */
  private static final int HUGE_SIZE = 2;

  private static final String LRU_STORY =
      """

      The smp_wmb() is not needed as things are: the batch of the LRU drops its reference of the
      huge page by a fully ordered operation (LR5) before the PMD entry is stored. It is not there
      for that. Without either, the reader sees what was in the page before.
      """;

  static final Scenario FAULTED =
      scenario(
          "new-page-vs-user-read",
          "a thread reads from a page, in a page table, that are both new",
          """
          A page fault allocates a page table and a page, clears both and stores the PMD entry and
          the PTE. A thread of the same process that reads there without a fault must find neither
          an entry that was in the memory of the table before (pmd_install() has smp_wmb() against
          it, PF23) nor what was in the page before (__SetPageUptodate() has, D1). What orders its
          own loads is that each address comes from the load before.

            CPU0: page fault                          CPU1: reader
            (PF24) store the PMD entry       [early]
                                                      (H1)  load the PMD entry: the page table
                                                      (H1)  load the PTE: another's
            (PF20) clear the page table      [late]
            (D5)   store the PTE             [early]
                                                      (H1)  load the PTE: the page
                                                      (H2)  load from the page: another's data
            (D0)   clear the page            [late]
          """,
          Patches.states(),
          NewPageVersusUserRead::faulted);

  static final Scenario COPIED =
      scenario(
          "copied-page-vs-user-read",
          "a thread reads from a page that another thread copies by a write fault",
          """
          wp_page_copy() copies the page and stores the entry of the copy. The smp_wmb() of
          __SetPageUptodate() (W13) is not needed as things are: the TLB flush that comes between
          (W16) is a full barrier. Without either, the reader sees what was in the copy before.

            CPU0: write fault                         CPU1: reader
            (W17) store the PTE: the copy    [early]
                                                      (H1)  load the PTE: the copy
                                                      (H2)  load from the copy: another's data
            (W13) copy the contents          [late]
          """,
          Patches.statesAnd(SlowGupPatches.WITHOUT_COPY_FLUSH),
          NewPageVersusUserRead::copied);

  static final Scenario MIGRATED =
      scenario(
          "migrated-page-vs-user-read",
          "a thread reads from a page that is migrated",
          """
          Migration copies the page and stores the entry of the new one. In v5.17 that store comes
          before page_add_anon_rmap(), and the smp_wmb() before PG_uptodate (MG29) is all that
          orders it; since v5.19 it comes after, where _mapcount (RG21) is fully ordered.

            CPU0: migration                           CPU1: reader
            (RG7)  store the PTE: the page   [early]
                                                      (H1)  load the PTE: the new page
                                                      (H2)  load from it: another's data
            (MG28) copy the contents         [late]
          """,
          Patches.states(),
          NewPageVersusUserRead::migrated);

  static final Scenario HUGE =
      scenario(
          "new-huge-page-vs-user-read",
          "a thread reads from a huge page that is faulted in",
          """
          As new-page-vs-user-read, with a PMD entry that maps a huge page.

            CPU0: page fault                          CPU1: reader
            (HP5) store the PMD entry        [early]
                                                      (H1)  load the PMD entry: the huge page
                                                      (H2)  load from the page: another's data
            (HP1) clear the pages            [late]
          """
              + LRU_STORY,
          Patches.statesAnd(ThpPatches.RELAXED_BATCH_PUT),
          NewPageVersusUserRead::huge);

  static final Scenario COLLAPSED =
      scenario(
          "collapsed-page-vs-user-read",
          "a thread reads from a huge page that is made by collapse",
          """
          Collapse copies what the entries map, clears the rest, and stores the PMD entry.

            CPU0: collapse                            CPU1: reader
            (KH48) store the PMD entry       [early]
                                                      (H1)  load the PMD entry: the huge page
                                                      (H2)  load from the page: another's data
            (KH31) clear the contents        [late]
          """
              + LRU_STORY,
          Patches.statesAnd(ThpPatches.RELAXED_BATCH_PUT),
          NewPageVersusUserRead::collapsed);

  static final Scenario HUGETLB =
      scenario(
          "new-hugetlb-page-vs-user-read",
          "a thread reads from a page of hugetlb that is faulted in",
          """
          As new-page-vs-user-read, with a page of hugetlb. Between HA5 and the store of the entry
          are only locks that are taken.

            CPU0: page fault                          CPU1: reader
            (HF8) store the entry            [early]
                                                      (HU1) load the entry: the page
                                                      (HU2) load from the page: another's data
            (HA3) clear the pages            [late]
          """,
          Patches.states(),
          NewPageVersusUserRead::hugetlb);

  private NewPageVersusUserRead() {}

  private static Scenario scenario(
      String name,
      String title,
      String story,
      ImmutableList<Patch> patches,
      BiFunction<Kernel, Memory, Setting> setting) {
    return new Scenario(
        name,
        title,
        story,
        SOURCE,
        ImmutableList.of("a load that would fault is left out"),
        patches,
        setting);
  }

  /** What CPU0 does, and a thread that reads below an entry. */
  private static Setting read(
      Machine machine, String name, BiFunction<Cpu, Machine, Boolean> fill, PageTable table) {
    UserAccess user = new UserAccess(machine.kernel, machine.memory, machine.free);
    return running(
        machine,
        filling(machine, name, fill),
        new Program("reader", cpu -> user.readIfMapped(machine.kernel.boot(cpu), table)));
  }

  private static Program filling(
      Machine machine, String name, BiFunction<Cpu, Machine, Boolean> fill) {
    return new Program(name, cpu -> fill.apply(machine.kernel.boot(cpu), machine) ? 1 : 0);
  }

  private static Setting running(Machine machine, Program filling, Program reader) {
    return machine.running(ImmutableList.of(Contents.neverShows(FOREIGN)), filling, reader);
  }

  private static Page free(Machine machine) {
    return machine.page("new page", PageState.FREE.withContents(FOREIGN));
  }

  private static Setting faulted(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page others = machine.add(AnonPage.mapped(memory, kernel, FOREIGN));
    machine.map(machine.mm("other", false), PageTable.of(memory, "other", Pte.writable(others)));
    Page page = free(machine);
    PageTable before = PageTable.of(memory, "new", Pte.writable(others));
    PageTable place = PageTable.deposited(memory, "mm", 0, 1);
    PageTable table =
        machine.map(
            machine.mm("mm", false),
            new PageTable(place.above(), before.address(), before.ptes(), 0, before.lock()));
    PteAlloc alloc = new PteAlloc(kernel);
    Fault fault = new Fault(kernel);
    return read(
        machine,
        "page fault",
        (cpu, on) ->
            alloc.pteAlloc(cpu, table)
                && fault.doAnonymousPage(cpu, table, FreeList.of(page), on.free),
        table);
  }

  private static Setting copied(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page shared = machine.add(AnonPage.shared(memory, OWN));
    Page copy = free(machine);
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(shared)));
    machine.map(machine.mm("child", false), PageTable.of(memory, "child", Pte.readOnly(shared)));
    WriteFault fault = new WriteFault(kernel, memory, machine.free);
    return read(
        machine,
        "write fault",
        (cpu, on) -> {
          fault.doWpPage(cpu, mm, table, false, FreeList.of(copy));
          return true;
        },
        table);
  }

  private static Setting migrated(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page old = machine.add(AnonPage.isolated(memory, kernel, OWN));
    Page page = free(machine);
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.writable(old)));
    Migrate migrate = new Migrate(kernel, machine.free);
    ImmutableList<RmapVma> vmas = ImmutableList.of(new RmapVma(mm, table));
    return read(
        machine,
        "migration",
        (cpu, on) -> migrate.unmapAndMove(cpu, old, vmas, null, FreeList.of(page)),
        table);
  }

  private static Setting huge(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page head = machine.add(PageBlock.free(memory, "huge", HUGE_SIZE, FOREIGN));
    PageTable table =
        machine.map(machine.mm("mm", false), PageTable.deposited(memory, "mm", 0, HUGE_SIZE));
    HugeFault fault = new HugeFault(kernel);
    return read(
        machine,
        "page fault",
        (cpu, on) -> fault.doHugePmdAnonymousPage(cpu, table, FreeList.of(head), on.free),
        table);
  }

  /** The entry that is read is empty at first: what is last put into the huge page is there. */
  private static Setting collapsed(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page page = machine.add(AnonPage.mapped(memory, kernel, OWN));
    Page head = machine.add(PageBlock.free(memory, "huge", CollapseRace.SIZE, FOREIGN));
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.writable(page), 0));
    CollapseHugePage collapse = new CollapseHugePage(kernel, memory, machine.free);
    return read(
        machine,
        "collapse",
        (cpu, on) ->
            collapse.collapse(cpu, mm, table.above(), CollapseRace.SIZE, FreeList.of(head)) != null,
        table.at(1));
  }

  private static Setting hugetlb(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    PageBlock page = HugetlbPage.freePage(memory, "huge", FOREIGN);
    machine.add(page);
    Mm mm = machine.mm("mm", false);
    Spinlock faultMutex = memory.spinlock("fault_mutex");
    HugetlbVma vma =
        HugetlbVma.ofPmd(
            mm,
            machine.map(mm, PageTable.deposited(memory, "mm", 0, HugetlbVma.PAGES)),
            faultMutex);
    HugetlbFault fault = new HugetlbFault(kernel, memory, machine.free);
    HugetlbAccess user = new HugetlbAccess(kernel, memory, machine.free);
    return running(
        machine,
        filling(
            machine,
            "page fault",
            (cpu, on) -> {
              fault.handle(cpu, vma, Access.READ, FreeList.of(page.head()));
              return true;
            }),
        new Program("reader", cpu -> user.readIfMapped(kernel.boot(cpu), vma, 0)));
  }
}
