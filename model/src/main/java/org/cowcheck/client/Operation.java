package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;

/**
 * What a CPU may do: a system call, an access of user code, something that a kernel thread does to
 * memory of others, or a reader of page frames. {@link ClientCpu} says by which paths.
 *
 * <p>A pin by GUP-fast is one that does not go on by the slow path (FOLL_FAST_ONLY); where it
 * would, a program has pin-read or pin-write next.
 *
 * <p>Left out: reclaim of huge pages, of which only the first half is modelled; what later kernels
 * have, but for UFFDIO_MOVE; of shared mappings all but what is done to their page tables.
 */
public enum Operation {
  READ("read", "user code loads", Needs.PARENT, ClientCpu::read),
  WRITE("write", "user code stores", Needs.PARENT, ClientCpu::write),
  WRITE_TWICE(
      "write-twice",
      "user code stores two words in order",
      Needs.PARENT,
      cpu -> cpu.syscalls().writeTwice()),
  FORK("fork", "fork()", Needs.PARENT, ClientCpu::fork),
  ZAP("zap", "MADV_DONTNEED", Needs.PARENT, ClientCpu::zap),
  MPROTECT_READ("mprotect-ro", "mprotect(PROT_READ)", Needs.PARENT, ClientCpu::protect),
  MPROTECT_WRITE(
      "mprotect-rw", "mprotect(PROT_READ | PROT_WRITE)", Needs.PARENT, ClientCpu::protectWritable),
  PIN_FAST_READ(
      "pin-fast-read", "pin_user_pages_fast_only()", Needs.PARENT, cpu -> cpu.pinFast(false)),
  PIN_FAST_WRITE(
      "pin-fast-write",
      "pin_user_pages_fast_only(FOLL_WRITE)",
      Needs.PARENT,
      cpu -> cpu.pinFast(true)),
  PIN_READ("pin-read", "pin_user_pages()", Needs.PARENT, cpu -> cpu.pin(false)),
  PIN_WRITE("pin-write", "pin_user_pages(FOLL_WRITE)", Needs.PARENT, cpu -> cpu.pin(true)),
  WRITE_THROUGH(
      "write-through", "a device stores through the pin", Needs.PIN, ClientCpu::writeThrough),
  READ_THROUGH("read-through", "a device loads through the pin", Needs.PIN, ClientCpu::readThrough),
  UNPIN("unpin", "unpin_user_page()", Needs.PIN, ClientCpu::unpin),
  DIO_START(
      "dio-start",
      "a read with O_DIRECT into the page begins",
      Needs.PARENT,
      cpu -> cpu.syscalls().directIoStart()),
  DIO_END(
      "dio-end",
      "the device stores, and the read ends",
      Needs.DIO,
      cpu -> cpu.syscalls().directIoEnd()),
  FORCE_WRITE(
      "force-write", "a store by /proc/self/mem", Needs.PARENT, cpu -> cpu.syscalls().forceWrite()),
  UFFD_CONTINUE(
      "uffd-continue", "UFFDIO_CONTINUE", Needs.PARENT, cpu -> cpu.syscalls().uffdContinue()),
  UFFD_MOVE(
      "uffd-move",
      "UFFDIO_MOVE to another address",
      Needs.PARENT,
      cpu -> cpu.syscalls().uffdMove()),
  UNSHARE("unshare", "a fault with FAULT_FLAG_UNSHARE", Needs.PARENT, ClientCpu::unshare),
  CHILD_WRITE("child-write", "user code of the child stores", Needs.CHILD, ClientCpu::childWrite),
  CHILD_READ("child-read", "user code of the child loads", Needs.CHILD, ClientCpu::childRead),
  CHILD_ZAP(
      "child-zap", "MADV_DONTNEED of the child, or its exit", Needs.CHILD, ClientCpu::childZap),
  CHILD_PIN_READ(
      "child-pin-read", "pin_user_pages() of the child", Needs.CHILD, ClientCpu::childPin),
  CHILD_GET("child-get", "vmsplice() of the child", Needs.CHILD, ClientCpu::childGet),
  CHILD_READ_THROUGH(
      "child-read-through",
      "a pipe or device of the child loads from the page",
      Needs.CHILD,
      ClientCpu::childReadThrough),
  MADV_FREE("madv-free", "MADV_FREE", Needs.PARENT, ClientCpu::madviseFree),
  MREMAP("mremap", "mremap() to another address", Needs.PARENT, ClientCpu::mremap),
  KSM_MERGE("ksm-merge", "KSM merges the page", Needs.PARENT, cpu -> cpu.thread().ksmMerge()),
  SWAP_OUT("swap-out", "page reclaim", Needs.PARENT, cpu -> cpu.thread().swapOut()),
  SWAP_UNMAP(
      "swap-unmap",
      "page reclaim that leaves the page in the swap cache",
      Needs.PARENT,
      cpu -> cpu.thread().swapUnmap()),
  SWAPOFF("swapoff", "swapoff()", Needs.PARENT, cpu -> cpu.thread().swapoff()),
  MIGRATE("migrate", "page migration", Needs.PARENT, cpu -> cpu.thread().migrate()),
  TO_DEVICE("to-device", "migration to a device", Needs.PARENT, cpu -> cpu.thread().toDevice()),
  DEVICE_EXCLUSIVE(
      "device-exclusive",
      "make_device_exclusive_range()",
      Needs.PARENT,
      cpu -> cpu.thread().deviceExclusive()),
  SPLIT_PMD("split-pmd", "a PMD entry is split", Needs.PARENT, ClientCpu::splitPmd),
  SPLIT_PAGE("split-page", "split_huge_page()", Needs.PARENT, cpu -> cpu.thread().splitPage()),
  COLLAPSE("collapse", "khugepaged collapses", Needs.PARENT, cpu -> cpu.thread().collapse()),
  WRITE_HEAD(
      "write-head",
      "user code stores to the first page of the huge page",
      Needs.PARENT,
      ClientCpu::writeHead),
  FOLLOW_PAGE("follow-page", "move_pages() looks the page up", Needs.PARENT, ClientCpu::followPage),
  UNSHARE_TABLE(
      "unshare-table",
      "a table of PMD entries is shared no more",
      Needs.PARENT,
      cpu -> cpu.files().unshareTable()),
  CHILD_REMAP(
      "child-remap",
      "the child maps private memory in place of the file",
      Needs.CHILD,
      cpu -> cpu.files().childRemap()),
  RETRACT(
      "retract",
      "khugepaged takes the page table away",
      Needs.PARENT,
      cpu -> cpu.files().retract()),
  COLLAPSE_MAPPED(
      "collapse-mapped",
      "khugepaged takes away the page table of a huge page",
      Needs.PARENT,
      cpu -> cpu.files().collapseMapped()),
  TRUNCATE("truncate", "the file is truncated", Needs.PARENT, cpu -> cpu.files().truncate()),
  HWPOISON(
      "hwpoison", "memory failure unmaps the page", Needs.PARENT, cpu -> cpu.thread().hwpoison()),
  MEMORY_FAILURE(
      "memory-failure",
      "memory_failure() looks what the page is",
      Needs.PAGE,
      cpu -> cpu.frames().memoryFailure()),
  PUT(
      "put",
      "put_page() of the last reference",
      Needs.LAST_REFERENCE,
      cpu -> cpu.frameOwner().put()),
  ALLOC_ANON(
      "alloc-anon",
      "a write fault of another process",
      Needs.PAGE,
      cpu -> cpu.frameOwner().allocAnon()),
  ALLOC_SLAB(
      "alloc-slab", "a page becomes a slab page", Needs.PAGE, cpu -> cpu.frameOwner().allocSlab()),
  FREE_SLAB("free-slab", "a slab page is freed", Needs.SLAB, cpu -> cpu.frameOwner().freeSlab()),
  ALLOC_HUGE(
      "alloc-huge", "a fault maps a huge page", Needs.BLOCK, cpu -> cpu.frameOwner().allocHuge()),
  PAGE_SLAB("pageslab", "PageSlab()", Needs.READER, cpu -> cpu.frames().pageSlab()),
  PAGE_SLAB_TAIL(
      "pageslab-tail",
      "PageSlab() of a tail",
      Needs.TAIL_READER,
      cpu -> cpu.frames().pageSlabOfTail()),
  FOLIO_TEST_SLAB(
      "folio-test-slab", "folio_test_slab()", Needs.READER, cpu -> cpu.frames().folioTestSlab()),
  KPAGEFLAGS("kpageflags", "/proc/kpageflags", Needs.READER, cpu -> cpu.frames().kpageflags()),
  KPAGEFLAGS_HELD(
      "kpageflags-held",
      "/proc/kpageflags, with a reference",
      Needs.READER,
      cpu -> cpu.frames().kpageflagsHeld()),
  KPAGECOUNT("kpagecount", "/proc/kpagecount", Needs.READER, cpu -> cpu.frames().kpagecount()),
  ISOLATE_MOVABLE(
      "isolate-movable",
      "isolate_movable_page()",
      Needs.READER,
      cpu -> cpu.frames().isolateMovable()),
  RAW_SLAB_BIT(
      "raw-slab-bit",
      "a reader of dumps tests bit PG_slab",
      Needs.READER,
      cpu -> cpu.frames().rawSlabBit());

  /** What an operation needs to have something to do. */
  private enum Needs {
    PARENT,
    CHILD,
    PIN,
    DIO,
    PAGE,
    LAST_REFERENCE,
    SLAB,
    BLOCK,
    READER,
    TAIL_READER
  }

  private static final ImmutableSet<Operation> USER_ACCESSES =
      Sets.immutableEnumSet(READ, WRITE, WRITE_TWICE, CHILD_READ, CHILD_WRITE, WRITE_HEAD);

  private static final ImmutableSet<Operation> PINS =
      Sets.immutableEnumSet(PIN_FAST_READ, PIN_FAST_WRITE, PIN_READ, PIN_WRITE);

  /** Those that the rmap walk of another excludes, by the lock of the anon_vma. */
  private static final ImmutableSet<Operation> RMAP_WRITERS =
      Sets.immutableEnumSet(COLLAPSE, SPLIT_PAGE, MREMAP);

  private static final ImmutableSet<Operation> RMAP_WALKERS =
      Sets.immutableEnumSet(SWAP_OUT, SWAP_UNMAP, MIGRATE, TO_DEVICE, DEVICE_EXCLUSIVE, HWPOISON);

  private static final ImmutableSet<Operation> OF_SMALL_PAGES =
      Sets.immutableEnumSet(
          WRITE_TWICE,
          DIO_START,
          MADV_FREE,
          MREMAP,
          KSM_MERGE,
          SWAP_OUT,
          SWAP_UNMAP,
          UFFD_MOVE,
          SWAPOFF,
          TO_DEVICE,
          DEVICE_EXCLUSIVE,
          HWPOISON);

  private static final ImmutableSet<Operation> OF_FILES =
      Sets.immutableEnumSet(READ, ZAP, FORCE_WRITE, UFFD_CONTINUE);

  private static final ImmutableSet<Operation> OF_HUGE_PAGES =
      Sets.immutableEnumSet(SPLIT_PMD, SPLIT_PAGE, COLLAPSE, WRITE_HEAD);

  private static final ImmutableSet<Operation> OF_SHARED_TABLES =
      Sets.immutableEnumSet(PIN_FAST_READ, PIN_FAST_WRITE, UNPIN, UNSHARE_TABLE, CHILD_REMAP);

  private static final ImmutableSet<Operation> OF_FILE_TABLES =
      Sets.immutableEnumSet(
          PIN_FAST_READ, PIN_FAST_WRITE, MREMAP, RETRACT, COLLAPSE_MAPPED, TRUNCATE);

  private static final ImmutableSet<Operation> OF_TABLES =
      Sets.immutableEnumSet(UNSHARE_TABLE, CHILD_REMAP, RETRACT, COLLAPSE_MAPPED, TRUNCATE);

  private final String word;
  private final String title;
  private final Needs needs;

  @SuppressWarnings("ImmutableEnumChecker") // method references of ClientCpu, which capture nothing
  private final ToLongFunction<ClientCpu> paths;

  Operation(String word, String title, Needs needs, ToLongFunction<ClientCpu> paths) {
    this.word = word;
    this.title = title;
    this.needs = needs;
    this.paths = paths;
  }

  /** As programs name it. */
  public String word() {
    return word;
  }

  /** In a few words. */
  public String title() {
    return title;
  }

  /** Whether it is an access of user code. */
  public boolean isUserAccess() {
    return USER_ACCESSES.contains(this);
  }

  /** Whether it may cause a write fault, or make entries writable otherwise. */
  boolean mayFaultForWriting() {
    return switch (this) {
      case WRITE,
          WRITE_HEAD,
          WRITE_TWICE,
          CHILD_WRITE,
          CHILD_REMAP,
          PIN_WRITE,
          DIO_START,
          MPROTECT_WRITE ->
          true;
      default -> false;
    };
  }

  /** Whether it moves an entry to another address, or gives up what a page holds. */
  boolean takesContents() {
    return this == MREMAP || this == UFFD_MOVE || this == MADV_FREE;
  }

  /** Whether it looks at a page frame, with or without telling what it is. */
  boolean isLook() {
    return isReader() || this == MEMORY_FAILURE;
  }

  /** Whether it looks at a page frame that others own, and tells what it is. */
  public boolean isReader() {
    return needs == Needs.READER || needs == Needs.TAIL_READER;
  }

  /** Whether it pins the page of the parent. */
  boolean isPin() {
    return PINS.contains(this);
  }

  /** Whether it takes a reference of the page of the child. */
  boolean isChildReference() {
    return this == CHILD_PIN_READ || this == CHILD_GET;
  }

  boolean needsPin() {
    return needs == Needs.PIN;
  }

  boolean needsChild() {
    return needs == Needs.CHILD;
  }

  boolean isAllocation() {
    return this == ALLOC_ANON || this == ALLOC_SLAB || this == ALLOC_HUGE;
  }

  /** Whether the lock of the anon_vma keeps the two apart. */
  boolean excludes(Operation other) {
    return (RMAP_WRITERS.contains(this)
            && (RMAP_WALKERS.contains(other) || RMAP_WRITERS.contains(other)))
        || (RMAP_WALKERS.contains(this) && RMAP_WRITERS.contains(other));
  }

  /** The operation as the other of two processes does it that share a page; itself if none is. */
  Operation mirrored() {
    return switch (this) {
      case READ -> CHILD_READ;
      case WRITE -> CHILD_WRITE;
      case ZAP -> CHILD_ZAP;
      case CHILD_READ -> READ;
      case CHILD_WRITE -> WRITE;
      case CHILD_ZAP -> ZAP;
      default -> this;
    };
  }

  /** Whether it has something to do, wherever it comes in a program with this start. */
  public boolean appliesTo(Start start) {
    Kind kind = start.kind();
    if (kind == Kind.TABLE) {
      return (start == Start.FILE_TABLE ? OF_FILE_TABLES : OF_SHARED_TABLES).contains(this);
    }
    if (OF_TABLES.contains(this)) {
      return false;
    }
    return switch (needs) {
      case PARENT -> kind != Kind.PAGE && kind != Kind.BLOCK && appliesToProcess(start);
      case PIN -> kind != Kind.PAGE && kind != Kind.BLOCK && kind != Kind.FILE;
      case DIO -> kind == Kind.SMALL;
      case CHILD ->
          kind != Kind.PAGE && kind != Kind.BLOCK && kind != Kind.DEVICE && kind != Kind.FILE;
      case PAGE ->
          kind != Kind.HUGETLB
              && kind != Kind.BLOCK
              && kind != Kind.FILE
              && (this != MEMORY_FAILURE || kind != Kind.DEVICE)
              && (!isAllocation() || kind == Kind.SMALL || kind == Kind.PAGE);
      case LAST_REFERENCE -> start == Start.JUST_FREED;
      case SLAB -> kind == Kind.PAGE || kind == Kind.SMALL;
      case BLOCK -> start == Start.FREE_BLOCK;
      case READER ->
          kind != Kind.FILE && (this != ISOLATE_MOVABLE || kind == Kind.PAGE || kind == Kind.SMALL);
      case TAIL_READER -> kind == Kind.HUGE || kind == Kind.BLOCK;
    };
  }

  private boolean appliesToProcess(Start start) {
    Kind kind = start.kind();
    if (kind == Kind.FILE || this == FORCE_WRITE || this == UFFD_CONTINUE) {
      return kind == Kind.FILE && OF_FILES.contains(this);
    }
    if (this == FORK) {
      return !start.hasChild();
    }
    if (OF_HUGE_PAGES.contains(this)) {
      return kind == Kind.HUGE && (this != COLLAPSE || start.isMappedByPtes());
    }
    if (this == KSM_MERGE && start == Start.KSM) {
      return false;
    }
    if (this == HWPOISON && start.isSwappedOut()) {
      return false; // a free page, which memory_failure() takes off the free list
    }
    if (this == UNSHARE) {
      return kind == Kind.SMALL || kind == Kind.HUGE;
    }
    if (this == MIGRATE) {
      return kind != Kind.DEVICE && !start.isMappedByPtes();
    }
    if (this == FOLLOW_PAGE) {
      return start == Start.HUGETLB_CONT;
    }
    return kind == Kind.SMALL || !OF_SMALL_PAGES.contains(this);
  }

  /** Whether a kernel has it. */
  boolean isIn(Patch patch) {
    return switch (this) {
      case UNSHARE -> patch.base() != KernelState.S0;
      case UFFD_MOVE -> UffdMove.isIn(new Kernel(patch, Platform.GENERIC, Accesses.MARKED));
      default -> true;
    };
  }

  /** Whether it faults again and again until it has the page. */
  boolean faultsAgain() {
    return switch (this) {
      case PIN_READ, PIN_WRITE, CHILD_PIN_READ, CHILD_GET -> true;
      default -> false;
    };
  }

  /** Small pages that it may take, if nobody zaps them meanwhile; of hugetlb, pages of hugetlb. */
  int pages(Kind kind) {
    return switch (this) {
      case READ, CHILD_READ, PIN_READ, CHILD_PIN_READ, CHILD_GET, UNSHARE -> 2;
      case WRITE, WRITE_HEAD, WRITE_TWICE, CHILD_WRITE, PIN_WRITE, DIO_START -> 3;
      case FORCE_WRITE -> 4;
      case FORK -> kind == Kind.HUGE ? 2 : 1;
      case MIGRATE -> kind == Kind.HUGE ? 0 : 1;
      case ALLOC_ANON, ALLOC_SLAB, SWAPOFF, CHILD_REMAP -> 1;
      default -> 0;
    };
  }

  /** Blocks of two pages that it takes. */
  int blocks(Kind kind) {
    return (this == COLLAPSE && kind == Kind.HUGE) || this == ALLOC_HUGE ? 1 : 0;
  }

  /** Does it. */
  long run(ClientCpu cpu) {
    return paths.applyAsLong(cpu);
  }

  /**
   * The operation of this name.
   *
   * @throws MalformedProgramException if there is none
   */
  public static Operation named(String word) {
    return Stream.of(values())
        .filter(operation -> operation.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedProgramException(
                    "expected an operation, one of "
                        + String.join(", ", words())
                        + "; found '"
                        + word
                        + "'"));
  }

  /** The names of all operations. */
  public static ImmutableList<String> words() {
    return Stream.of(values()).map(Operation::word).collect(ImmutableList.toImmutableList());
  }

  /** Those that have something to do with this start, under this kernel. */
  public static ImmutableList<Operation> of(Start start, Patch patch) {
    return Stream.of(values())
        .filter(operation -> operation.appliesTo(start) && operation.isIn(patch))
        .collect(ImmutableList.toImmutableList());
  }

  @Override
  public String toString() {
    return word;
  }
}
