package org.cowcheck.client;

import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.DevicePages;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;

/**
 * The objects of a program, in place: what its start says, and what else its operations need. What
 * no operation needs is not there, so that checks have less to look at.
 */
final class Ground {
  /** What the page holds at first. */
  static final long BEFORE = HugeMemory.BEFORE;

  private static final int PARTS = 2;

  final Machine machine;
  final Start start;

  /** Whether pages have two words of contents. */
  private final boolean twoWords;

  /** The page that those look at who have no address: of a huge page the head. */
  final Page page;

  /** The parent and the entry of the page that it accesses; null if nobody maps the page. */
  final Mm mm;

  final PageTable table;

  /** The child and its entry; null if there never is one. */
  final Mm childMm;

  final PageTable childTable;

  /** The fault mutex of hugetlb. */
  final Spinlock faultMutex;

  /** The lock of the anon_vma, for operations that exclude each other by it. */
  final Spinlock anonVma;

  /** That of the swap entry, or a free one. */
  final SwapSlot slot;

  /** A KSM page with the same contents as the page, which another process maps; or null. */
  final Page ksmPage;

  /** For each CPU, a free page of a device; or null. */
  final List<Page> devices = new ArrayList<>();

  /** What there is of a file; or null. */
  final FileGround file;

  /** An address of the parent where nothing is mapped; or null. */
  final PageTable moved;

  /** An address of another VMA of the parent where nothing is mapped; or null. */
  final PageTable target;

  /** For each CPU, an address of a process of its own where nothing is mapped; or null. */
  final List<PageTable> fresh = new ArrayList<>();

  /** For each CPU, its free pages. */
  final List<List<Page>> spares = new ArrayList<>();

  Ground(Kernel kernel, Memory memory, ClientProgram program) {
    ImmutableSet<Operation> operations = program.operations();
    this.machine = new Machine(kernel, memory);
    this.start = program.start();
    this.twoWords = operations.contains(Operation.WRITE_TWICE);
    this.faultMutex = memory.spinlock("fault_mutex");
    this.anonVma = memory.spinlock("anon_vma.rwsem");
    SwapSlot named = namedSlot();
    this.file = start.kind() == Kind.TABLE ? new FileGround(machine, program) : null;
    this.mm = hasProcess() ? mm("mm", start != Start.NEVER_PINNED, program) : null;
    this.table = hasProcess() ? table(named) : null;
    this.page = page(kernel, memory, named);
    this.slot = named == null ? freeSlot() : named;
    boolean hasChild = start.hasChild() || operations.contains(Operation.FORK);
    this.childMm = hasChild ? mm("child", start.hasChild(), program) : null;
    this.childTable = hasChild ? childTable() : null;
    this.ksmPage = operations.contains(Operation.KSM_MERGE) ? addKsmPage() : null;
    this.moved = operations.contains(Operation.MREMAP) ? moved() : null;
    this.target =
        operations.contains(Operation.UFFD_MOVE)
            ? machine.map(mm, PageTable.of(memory, "target", 0))
            : null;
    for (int cpu = 0; cpu < program.cpus().size(); cpu++) {
      addSpares(program, cpu);
    }
  }

  private boolean hasProcess() {
    return start.kind() != Kind.PAGE && start.kind() != Kind.BLOCK;
  }

  private Mm mm(String name, boolean hasPinned, ClientProgram program) {
    int cpus = program.cpus().size();
    return cpus > 1 && program.operations().stream().anyMatch(Operation::isUserAccess)
        ? machine.mmOfThreads(name, hasPinned, cpus)
        : machine.mm(name, hasPinned, cpus);
  }

  /** A page of as many words as the program needs. */
  private Page smallPage(String name, PageState state) {
    return twoWords
        ? machine.add(Page.ofTwoWords(machine.memory, name, state))
        : machine.page(name, state);
  }

  private Page freePage(String name) {
    return smallPage(name, PageState.FREE);
  }

  private SwapSlot freeSlot() {
    return twoWords
        ? machine.add(SwapSlot.ofTwoWords(machine.memory, SwapSlot.Device.DISK, 0, 0))
        : machine.slot();
  }

  private SwapSlot swapped(SwapSlot.Device device) {
    return machine.add(
        twoWords
            ? SwapSlot.ofTwoWords(machine.memory, device, 1, BEFORE)
            : SwapSlot.of(machine.memory, device, 1, BEFORE));
  }

  private SwapSlot cached(LongFunction<Page> made) {
    return machine.add(
        twoWords
            ? SwapSlot.cachedTwoWords(machine.memory, "slot", 1, made)
            : SwapSlot.cached(machine.memory, "slot", 1, made));
  }

  private SwapSlot namedSlot() {
    return switch (start) {
      case SWAPPED -> swapped(SwapSlot.Device.DISK);
      case ZRAM_SWAPPED -> swapped(SwapSlot.Device.ZRAM);
      case SWAP_CACHED ->
          cached(
              address ->
                  smallPage(
                      "page",
                      new PageState(
                          bit(PageFlag.PG_UPTODATE)
                              | bit(PageFlag.PG_SWAPBACKED)
                              | bit(PageFlag.PG_LRU)
                              | bit(PageFlag.PG_SWAPCACHE)
                              | bit(PageFlag.PG_DIRTY),
                          Page.ANON_VMA,
                          1,
                          -1,
                          BEFORE,
                          address)));
      default -> null;
    };
  }

  private PageTable table(SwapSlot named) {
    Kernel kernel = machine.kernel;
    Memory memory = machine.memory;
    KernelState state = kernel.state();
    long kept = state == KernelState.S2 || state == KernelState.S3 ? Pte.EXCLUSIVE : 0;
    return switch (start) {
      case EXCLUSIVE, NEVER_PINNED ->
          entry(Pte.writable(smallPage("page", AnonPage.mappedState(kernel, BEFORE))));
      case READ_ONLY ->
          entry(Pte.readOnly(smallPage("page", AnonPage.mappedState(kernel, BEFORE))));
      case SHARED -> entry(Pte.readOnly(smallPage("page", AnonPage.sharedState(BEFORE))));
      case KSM -> entry(Pte.readOnly(addKsmPage()));
      case SWAPPED, ZRAM_SWAPPED, SWAP_CACHED -> entry(Pte.swap(named) | kept);
      case DEVICE ->
          entry(Pte.devicePrivate(machine.add(DevicePages.mapped(memory, kernel)), true));
      case FILE -> entry(Pte.readOnly(machine.add(PageCache.mapped(memory, "file"))));
      case PMD_MAPPED -> HugeMemory.pmdMapped(machine, mm).at(1);
      case PMD_SHARED -> huge(HugePage.shared(memory));
      case PTE_MAPPED -> HugeMemory.pteMapped(machine, mm).at(1);
      case PARTIALLY_SHARED -> HugeMemory.partiallyShared(machine, mm).at(1);
      case HUGETLB -> HugeMemory.hugetlb(machine, mm).at(1);
      case HUGETLB_CONT ->
          entry(Pte.writable(machine.add(HugetlbPage.mapped(memory, kernel, BEFORE))) | Pte.HUGE);
      case HUGETLB_SHARED_TABLE, FILE_TABLE -> machine.map(mm, file.table);
      case HUGETLB_SHARED -> huge(HugetlbPage.mapped(memory, kernel, 2, false));
      case JUST_FREED, FREE, FREE_BLOCK, SLAB -> throw new IllegalStateException(start + "");
    };
  }

  private PageTable entry(long pte) {
    return machine.map(mm, PageTable.of(machine.memory, "mm", pte));
  }

  private PageTable huge(PageBlock block) {
    machine.add(block);
    long pmd = Pte.huge(block.head(), false);
    return machine.map(mm, PageTable.deposited(machine.memory, "mm", pmd, PARTS)).at(1);
  }

  private Page page(Kernel kernel, Memory memory, SwapSlot named) {
    return switch (start) {
      case JUST_FREED -> machine.add(AnonPage.zapped(memory, kernel));
      case FREE -> machine.free("page");
      case FREE_BLOCK -> machine.add(PageBlock.free(memory, "page", PARTS));
      case SLAB ->
          machine.page(
              "page",
              new PageState(
                  bit(PageFlag.PG_SLAB) | bit(PageFlag.GHOST_SLAB), Page.KMEM_CACHE, 1, -1));
      case SWAPPED, ZRAM_SWAPPED -> freePage("page");
      case HUGETLB_SHARED_TABLE, FILE_TABLE -> file.page;
      case SWAP_CACHED -> memory.object(named.swapCache().initialValue(), Page.class);
      default -> {
        long pmd = table.pmd().initialValue();
        long entry = table.size() > 1 && Pte.isHuge(pmd) ? pmd : table.pte().initialValue();
        yield Pte.page(memory, entry).block().head();
      }
    };
  }

  private PageTable childTable() {
    Memory memory = machine.memory;
    boolean shared = start.hasChild();
    if (start == Start.HUGETLB_SHARED_TABLE) {
      return machine.map(childMm, file.sharedTable(memory));
    }
    if (start == Start.HUGETLB_CONT) {
      return machine.map(childMm, PageTable.of(memory, "child", 0));
    }
    if (start.kind() == Kind.HUGE || start.kind() == Kind.HUGETLB) {
      long pmd = shared ? Pte.huge(page, false) : 0;
      return machine.map(childMm, PageTable.deposited(memory, "child", pmd, PARTS)).at(1);
    }
    return machine.map(childMm, PageTable.of(memory, "child", shared ? Pte.readOnly(page) : 0));
  }

  private PageTable moved() {
    return machine.map(
        mm,
        start == Start.FILE_TABLE
            ? PageTable.deposited(machine.memory, "moved", 0, PARTS)
            : PageTable.of(machine.memory, "moved", 0));
  }

  private Page addKsmPage() {
    boolean isStart = start == Start.KSM;
    Page ksm =
        smallPage(
            "ksm",
            new PageState(
                bit(PageFlag.PG_UPTODATE) | bit(PageFlag.PG_SWAPBACKED) | bit(PageFlag.PG_LRU),
                Page.KSM_NODE,
                isStart ? 2 : 1,
                isStart ? 1 : 0,
                BEFORE));
    machine.map(
        machine.mm("other", false), PageTable.of(machine.memory, "other", Pte.readOnly(ksm)));
    return ksm;
  }

  private void addSpares(ClientProgram program, int cpu) {
    boolean isHuge = start.isHugetlb();
    List<Page> pages = new ArrayList<>();
    if (program.firstAllocator() == cpu && (start == Start.FREE || start == Start.FREE_BLOCK)) {
      pages.add(page);
    }
    if (start.isSwappedOut() && program.firstAllocator() == cpu) {
      pages.add(page);
    }
    int small = 0;
    int large = 0;
    int again = program.zapsBeside(cpu);
    for (Operation operation : program.cpus().get(cpu)) {
      int faulted = operation.pages(start.kind()) + (operation.faultsAgain() ? again : 0);
      small += isHuge ? 0 : faulted;
      large += operation.blocks(start.kind()) + (isHuge ? faulted : 0);
    }
    for (int i = 0; i < small; i++) {
      pages.add(freePage("spare" + cpu + "." + i));
    }
    for (int i = 0; i < large; i++) {
      String name = "block" + cpu + "." + i;
      pages.add(
          machine.add(
              isHuge
                  ? HugetlbPage.freePage(machine.memory, name)
                  : PageBlock.free(machine.memory, name, PARTS)));
    }
    spares.add(pages);
    devices.add(
        program.cpus().get(cpu).contains(Operation.TO_DEVICE)
            ? machine.add(freeDevicePage())
            : null);
    fresh.add(fresh(program.cpus().get(cpu), cpu));
  }

  private Page freeDevicePage() {
    return twoWords
        ? DevicePages.freeOfTwoWords(machine.memory, machine.kernel)
        : DevicePages.free(machine.memory, machine.kernel);
  }

  private PageTable fresh(ImmutableList<Operation> operations, int cpu) {
    String name = "new" + cpu;
    if (operations.contains(Operation.ALLOC_ANON)) {
      return machine.map(machine.mm(name, false), PageTable.of(machine.memory, name, 0));
    }
    return operations.contains(Operation.ALLOC_HUGE)
        ? machine.map(machine.mm(name, false), PageTable.deposited(machine.memory, name, 0, PARTS))
        : null;
  }

  /** All VMAs in which the page may be mapped, the parent's first. */
  ImmutableList<RmapVma> vmas() {
    return childMm == null
        ? ImmutableList.of(new RmapVma(mm, table))
        : ImmutableList.of(new RmapVma(mm, table), new RmapVma(childMm, childTable));
  }

  /** The parent's mapping of hugetlb. */
  HugetlbVma vma(Mm by) {
    return vma(by, table);
  }

  /** The child's. */
  HugetlbVma childVma(Mm by) {
    return vma(by, childTable);
  }

  private HugetlbVma vma(Mm by, PageTable at) {
    return start == Start.HUGETLB_CONT
        ? HugetlbVma.ofContPte(by, at, faultMutex)
        : HugetlbVma.ofPmd(by, at, faultMutex);
  }
}
