package org.cowcheck.linear;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cowcheck.invariant.Exclusivity;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.invariant.World;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.user.KernelThreads;
import org.cowcheck.user.Task;

/**
 * The address space of a process as an object that threads use at the same time: a page of
 * anonymous memory or a huge page of two, one child at most, one swap slot. Another process has a
 * KSM page with what the first page holds at first.
 *
 * <p>Each operation returns what it has read or written, {@link #DONE}, or {@link #FAILED}. Values
 * that are written are all different. A thread has one pin of a page at most; nobody else unpins
 * it. Fork and swap-out happen once at most: the model has one child and one slot.
 */
final class AddressSpace {
  static final long DONE = 1;
  static final long FAILED = -1;

  static final int THREADS = 2;

  private static final long FIRST_INITIAL = 7;
  private static final int SPARE_PAGES = 8;
  private static final int HUGE = 2;

  /** They go by what was at a place of the memory, and an unmap makes room for another page. */
  private static final ImmutableSet<String> OF_PLACES =
      ImmutableSet.of(
          "a pinned page lost its exclusivity",
          "a write through the page table is not seen through the pin",
          "a process does not see what it wrote last");

  /** They go by what KSM or an unshare has done once, and a page may have another life since. */
  private static final ImmutableSet<String> OF_ONE_LIFE =
      ImmutableSet.of(
          "a page that KSM may merge is exclusive", "a copy made by an unshare is writable");

  private final Kernel kernel;
  private final UnaryOperator<Cpu> cpus;
  private final Memory memory = new Memory();
  private final PageFree free;
  private final Mm mm;
  private final Mm childMm;
  private final PageTable table;
  private final PageTable childTable;
  private final SwapSlot slot;
  private final KernelThreads kernelThreads;
  private final Invocation invocation;
  private final FreeList[] pages = new FreeList[THREADS];
  private final Page[][] pinned;
  private final int[] written = new int[THREADS];
  private boolean forks;
  private boolean hasChild;
  private boolean swaps;
  private boolean zaps;
  private volatile String broken = "";

  /** How the memory is mapped at first. */
  private interface Start {
    PageTable map(Memory memory, Kernel kernel);
  }

  private AddressSpace(Kernel kernel, UnaryOperator<Cpu> cpus, Start start) {
    this.kernel = kernel;
    this.cpus = cpus;
    this.free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    this.mm = new Mm(memory, "mm", false, THREADS);
    this.childMm = new Mm(memory, "child", false, THREADS);
    this.table = start.map(memory, kernel);
    int size = table.size();
    this.childTable =
        size == 1
            ? PageTable.of(memory, "child", 0)
            : PageTable.deposited(memory, "child", 0, size);
    this.slot = SwapSlot.free(memory);
    Page ksmPage =
        new Page(
            memory,
            "ksm",
            new PageState(bit(PG_UPTODATE) | bit(PG_SWAPBACKED), Page.KSM_NODE, 1, 0, initial(0)));
    this.kernelThreads = new KernelThreads(kernel, memory, table, childTable, slot, ksmPage);
    this.pinned = new Page[THREADS][size];
    Page[] spares =
        IntStream.range(0, THREADS * SPARE_PAGES)
            .mapToObj(i -> Page.free(memory, "spare" + i))
            .toArray(Page[]::new);
    for (int i = 0; i < THREADS; i++) {
      pages[i] = FreeList.of(Arrays.copyOfRange(spares, i * SPARE_PAGES, (i + 1) * SPARE_PAGES));
    }
    this.invocation = new Invocation(setting(ksmPage, spares));
  }

  /** One page, under a kernel, on CPUs that are perhaps not quite right. */
  static AddressSpace ofSmallPage(Kernel kernel, UnaryOperator<Cpu> cpus) {
    return new AddressSpace(kernel, cpus, AddressSpace::smallPage);
  }

  /** A huge page that a PMD entry maps, as {@link #ofSmallPage}. */
  static AddressSpace ofHugePage(Kernel kernel, UnaryOperator<Cpu> cpus) {
    return new AddressSpace(kernel, cpus, AddressSpace::hugePage);
  }

  private static PageTable smallPage(Memory memory, Kernel kernel) {
    Page page =
        new Page(memory, "page", new PageState(flags(kernel), Page.ANON_VMA, 1, 0, initial(0)));
    return PageTable.of(memory, "mm", Pte.writable(page));
  }

  private static PageTable hugePage(Memory memory, Kernel kernel) {
    PageBlock block =
        PageBlock.compound(
            memory,
            "page",
            new PageBlock.Compound(0, 0),
            new PageState(flags(kernel) | bit(PG_LRU), Page.ANON_VMA, 1, -1, initial(0)),
            new PageState(0, Page.TAIL_MAPPING, 0, -1, initial(1)));
    return PageTable.deposited(memory, "mm", Pte.huge(block.head(), true), HUGE);
  }

  private static long flags(Kernel kernel) {
    long exclusive = kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    return bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | exclusive;
  }

  /** What a page of the memory holds at first. */
  static long initial(int page) {
    return FIRST_INITIAL + page;
  }

  private Setting setting(Page ksmPage, Page[] spares) {
    long mapped = (table.size() == 1 ? table.pte() : table.pmd()).initialValue();
    PageTable otherTable = PageTable.of(memory, "other", Pte.readOnly(ksmPage));
    Mm otherMm = new Mm(memory, "other", false);
    World world =
        new World(
            kernel,
            memory,
            ImmutableList.<Page>builder()
                .addAll(Pte.page(memory, mapped).block().pages())
                .add(ksmPage)
                .add(spares)
                .build(),
            ImmutableList.of(
                space(mm, table), space(childMm, childTable), space(otherMm, otherTable)),
            ImmutableList.of(table, childTable, otherTable),
            ImmutableList.of(slot));
    return new Setting(
        memory,
        IntStream.range(0, THREADS)
            .mapToObj(i -> new Program("thread " + i, cpu -> 0))
            .collect(ImmutableList.toImmutableList()),
        Stream.concat(
                new Exclusivity(world)
                    .all().stream()
                        .filter(invariant -> !OF_ONE_LIFE.contains(invariant.broken()))
                        .map(this::unlessZapped),
                Stream.of(isUntouched(ksmPage)))
            .collect(ImmutableList.toImmutableList()));
  }

  /** Whoever maps a KSM page has a page of others; once it is exclusive, somebody writes to it. */
  private Invariant isUntouched(Page ksmPage) {
    long exclusive = kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    return new Invariant(
        "a KSM page is exclusive, or was written to",
        end ->
            end.value(ksmPage.contents()) == ksmPage.contents().initialValue()
                && (end.value(ksmPage.flags()) & exclusive) == 0);
  }

  private Invariant unlessZapped(Invariant invariant) {
    return OF_PLACES.contains(invariant.broken())
        ? new Invariant(invariant.broken(), end -> zaps || invariant.holds().test(end))
        : invariant;
  }

  private static org.cowcheck.invariant.AddressSpace space(Mm of, PageTable mapped) {
    return new org.cowcheck.invariant.AddressSpace(of, ImmutableList.of(mapped.above()));
  }

  Bus bus() {
    return invocation.bus();
  }

  /** What the first broken invariant says, or the empty string. */
  String broken() {
    broken = invocation.broken();
    return broken;
  }

  /** What {@link #broken} said, without another look. */
  String wasBroken() {
    return broken;
  }

  private Cpu cpu(int thread) {
    return cpus.apply(invocation.cpu(thread));
  }

  private Task parent(int thread, int page) {
    return new Task(
        kernel, memory, cpu(thread), free, pages[thread], mm.reader(thread), table.at(page));
  }

  private Task child(int thread, int page) {
    return new Task(
        kernel,
        memory,
        cpu(thread),
        free,
        pages[thread],
        childMm.reader(thread),
        childTable.at(page));
  }

  private KernelThreads.OnCpu kernelThread(int thread) {
    return new KernelThreads.OnCpu(
        kernel.boot(cpu(thread)), mm.reader(thread), free.onto(pages[thread]));
  }

  private long nextValue(int thread) {
    return 10L * (thread + 1) + ++written[thread];
  }

  long write(int thread, int page) {
    long value = nextValue(thread);
    return parent(thread, page).write(value) ? value : FAILED;
  }

  long read(int thread, int page) {
    return parent(thread, page).read();
  }

  long fork(int thread) {
    if (forks) {
      return FAILED;
    }
    forks = true;
    parent(thread, 0).fork(child(thread, 0), slot);
    hasChild = true;
    return DONE;
  }

  long writeInChild(int thread, int page) {
    if (!hasChild) {
      return FAILED;
    }
    long value = nextValue(thread);
    return child(thread, page).write(value) ? value : FAILED;
  }

  long readInChild(int thread, int page) {
    return hasChild ? child(thread, page).read() : FAILED;
  }

  long pin(int thread, int page, boolean write) {
    if (pinned[thread][page] != null) {
      return FAILED;
    }
    pinned[thread][page] = parent(thread, page).pinFast(write ? GupFlags.PIN_WRITE : GupFlags.PIN);
    return pinned[thread][page] == null ? FAILED : DONE;
  }

  long unpin(int thread, int page) {
    if (pinned[thread][page] == null) {
      return FAILED;
    }
    parent(thread, page).unpin(pinned[thread][page]);
    pinned[thread][page] = null;
    return DONE;
  }

  long writeThroughPin(int thread, int page) {
    if (pinned[thread][page] == null) {
      return FAILED;
    }
    long value = nextValue(thread);
    parent(thread, page).writeThrough(pinned[thread][page], value);
    return value;
  }

  long readThroughPin(int thread, int page) {
    return pinned[thread][page] == null
        ? FAILED
        : parent(thread, page).readThrough(pinned[thread][page]);
  }

  long zap(int thread) {
    zaps = true;
    parent(thread, 0).unmap();
    return DONE;
  }

  long swapOut(int thread) {
    if (swaps) {
      return FAILED;
    }
    KernelThreads.OnCpu kswapd = kernelThread(thread);
    Page page = kernelThreads.isolate(kswapd);
    if (page == null) {
      return FAILED;
    }
    swaps = true;
    return kernelThreads.swapOut(kswapd, page) ? DONE : FAILED;
  }

  /** Returns what the memory holds when it is merged. */
  long merge(int thread) {
    return kernelThreads.merge(kernelThread(thread)) ? initial(0) : FAILED;
  }

  long split(int thread) {
    return kernelThreads.split(kernelThread(thread), Pte.page(memory, table.pmd().initialValue()))
        ? DONE
        : FAILED;
  }
}
