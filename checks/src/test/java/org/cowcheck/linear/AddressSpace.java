package org.cowcheck.linear;

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
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.GupFlags;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageFree;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapOut;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.Kernel;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Setting;
import org.cowcheck.user.Task;

/**
 * The address space of a process as an object that threads use at the same time: one page of
 * anonymous memory, one child at most, one swap slot.
 *
 * <p>Each operation returns what it has read or written, {@link #DONE}, or {@link #FAILED}. Values
 * that are written are all different. A thread has one pin at most; nobody else unpins it. Fork and
 * swap-out happen once at most: the model has one child and one slot. Page reclaim holds a
 * reference of the page, as if it had isolated it from the LRU.
 */
final class AddressSpace {
  static final long DONE = 1;
  static final long FAILED = -1;

  /** What the memory holds at first. */
  static final long INITIAL = 7;

  static final int THREADS = 2;
  private static final int SPARE_PAGES = 6;

  private static final ImmutableSet<String> OF_PINNED_PLACES =
      ImmutableSet.of(
          "a pinned page lost its exclusivity",
          "a write through the page table is not seen through the pin");

  private static final Step ISOLATE =
      new Steps("page reclaim").step("LR1", "isolate_lru_page", "take a reference of the page");

  private final Kernel kernel;
  private final UnaryOperator<Cpu> cpus;
  private final Memory memory = new Memory();
  private final PageFree free;
  private final Mm mm;
  private final Mm childMm;
  private final PageTable table;
  private final PageTable childTable;
  private final SwapSlot slot;
  private final Invocation invocation;
  private final FreeList[] pages = new FreeList[THREADS];
  private final Page[] pinned = new Page[THREADS];
  private final int[] written = new int[THREADS];
  private boolean forks;
  private boolean hasChild;
  private boolean swaps;
  private boolean zaps;

  /** An address space under a kernel, on CPUs that are perhaps not quite right. */
  AddressSpace(Kernel kernel, UnaryOperator<Cpu> cpus) {
    this.kernel = kernel;
    this.cpus = cpus;
    this.free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    long exclusive = kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    Page page =
        new Page(
            memory,
            "page",
            new PageState(
                bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | exclusive, Page.ANON_VMA, 1, 0, INITIAL));
    this.mm = new Mm(memory, "mm", false, THREADS);
    this.childMm = new Mm(memory, "child", false, THREADS);
    this.table = PageTable.of(memory, "mm", Pte.writable(page));
    this.childTable = PageTable.of(memory, "child", 0);
    this.slot = SwapSlot.free(memory);
    Page[] spares =
        IntStream.range(0, THREADS * SPARE_PAGES)
            .mapToObj(i -> Page.free(memory, "spare" + i))
            .toArray(Page[]::new);
    for (int i = 0; i < THREADS; i++) {
      pages[i] = FreeList.of(Arrays.copyOfRange(spares, i * SPARE_PAGES, (i + 1) * SPARE_PAGES));
    }
    this.invocation = new Invocation(setting(page, spares));
  }

  private Setting setting(Page page, Page[] spares) {
    World world =
        new World(
            kernel,
            memory,
            Stream.concat(Stream.of(page), Stream.of(spares))
                .collect(ImmutableList.toImmutableList()),
            ImmutableList.of(space(mm, table), space(childMm, childTable)),
            ImmutableList.of(table, childTable),
            ImmutableList.of(slot));
    return new Setting(
        memory,
        IntStream.range(0, THREADS)
            .mapToObj(i -> new Program("thread " + i, cpu -> 0))
            .collect(ImmutableList.toImmutableList()),
        new Exclusivity(world)
            .all().stream().map(this::unlessZapped).collect(ImmutableList.toImmutableList()));
  }

  /** Once a page is unmapped while it is pinned, another one may be where it was. */
  private Invariant unlessZapped(Invariant invariant) {
    return OF_PINNED_PLACES.contains(invariant.broken())
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
    return invocation.broken();
  }

  private Cpu cpu(int thread) {
    return cpus.apply(invocation.cpu(thread));
  }

  private Task parent(int thread) {
    return new Task(kernel, memory, cpu(thread), free, pages[thread], mm.reader(thread), table);
  }

  private Task child(int thread) {
    return new Task(
        kernel, memory, cpu(thread), free, pages[thread], childMm.reader(thread), childTable);
  }

  private long nextValue(int thread) {
    return 10L * (thread + 1) + ++written[thread];
  }

  long write(int thread) {
    long value = nextValue(thread);
    return parent(thread).write(value) ? value : FAILED;
  }

  long read(int thread) {
    return parent(thread).read();
  }

  long fork(int thread) {
    if (forks) {
      return FAILED;
    }
    forks = true;
    parent(thread).fork(child(thread), slot);
    hasChild = true;
    return DONE;
  }

  long writeInChild(int thread) {
    if (!hasChild) {
      return FAILED;
    }
    long value = nextValue(thread);
    return child(thread).write(value) ? value : FAILED;
  }

  long readInChild(int thread) {
    return hasChild ? child(thread).read() : FAILED;
  }

  long pin(int thread, boolean write) {
    if (pinned[thread] != null) {
      return FAILED;
    }
    pinned[thread] = parent(thread).pinFast(write ? GupFlags.PIN_WRITE : GupFlags.PIN);
    return pinned[thread] == null ? FAILED : DONE;
  }

  long unpin(int thread) {
    if (pinned[thread] == null) {
      return FAILED;
    }
    parent(thread).unpin(pinned[thread]);
    pinned[thread] = null;
    return DONE;
  }

  long writeThroughPin(int thread) {
    if (pinned[thread] == null) {
      return FAILED;
    }
    long value = nextValue(thread);
    parent(thread).writeThrough(pinned[thread], value);
    return value;
  }

  long readThroughPin(int thread) {
    return pinned[thread] == null ? FAILED : parent(thread).readThrough(pinned[thread]);
  }

  long zap(int thread) {
    zaps = true;
    parent(thread).unmap();
    return DONE;
  }

  long swapOut(int thread) {
    if (swaps) {
      return FAILED;
    }
    Cpu cpu = kernel.boot(cpu(thread));
    long pte = cpu.at(ISOLATE).READ_ONCE(table.pte());
    if (!Pte.present(pte)) {
      return FAILED;
    }
    Page page = Pte.page(memory, pte);
    if (!cpu.atomic_add_unless(page.refcount(), 1, 0)) {
      return FAILED;
    }
    swaps = true;
    PageFree onto = free.onto(pages[thread]);
    boolean swapped =
        new SwapOut(kernel, onto).shrinkPage(cpu, mm.reader(thread), table, page, slot);
    onto.putPage(cpu, page);
    return swapped ? DONE : FAILED;
  }
}
