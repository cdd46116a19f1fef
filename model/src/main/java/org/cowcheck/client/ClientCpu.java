package org.cowcheck.client;

import java.util.function.LongSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.hugetlb.FollowHugePage;
import org.cowcheck.mm.mmap.MadviseFree;
import org.cowcheck.mm.mmap.MovePtes;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.user.HugetlbTask;
import org.cowcheck.user.PageOwner;
import org.cowcheck.user.Task;

/**
 * A CPU of a client program, in one run of it: what each operation does, by which paths.
 *
 * <p>mmap_lock is taken here where the paths leave it out. Left out: detaching VMAs, so that zap is
 * MADV_DONTNEED and what comes after it may fault pages in again; that operations which exclude
 * each other by the lock of the anon_vma hold it longer here than in the kernel, for all of their
 * paths.
 */
final class ClientCpu {
  static final Steps STEPS = new Steps("client program");

  private static final Step MMAP_LOCK =
      STEPS.step("CP1", "the caller of the path", "take mmap_lock");
  private static final Step MMAP_UNLOCK =
      STEPS.step("CP2", "the caller of the path", "drop mmap_lock");
  private static final Step RMAP_LOCK =
      STEPS.step("CP3", "the caller of the path", "take the lock of the anon_vma");
  private static final Step RMAP_UNLOCK =
      STEPS.step("CP4", "the caller of the path", "drop the lock of the anon_vma");

  /** Whoever drops a reference of the page of the start. */
  static final Step PUT = STEPS.step("CP7", "put_page", "drop the reference");

  private final Kernel kernel;
  private final Memory memory;
  private final Ground ground;
  private final Cpu engine;
  private final Cpu cpu;
  private final int number;
  private final FreeList pages;
  private final PageFree free;
  private final FrameOwner frameOwner;
  private ClientSyscalls syscalls;
  private Page pinned;
  private Page childHeld;
  private int stored;

  ClientCpu(Kernel kernel, Memory memory, Ground ground, Cpu engine, int number) {
    this.kernel = kernel;
    this.memory = memory;
    this.ground = ground;
    this.engine = engine;
    this.cpu = kernel.boot(engine);
    this.number = number;
    this.pages = FreeList.of(ground.spares.get(number).toArray(Page[]::new));
    this.free = ground.machine.free.onto(pages);
    this.frameOwner = new FrameOwner(kernel, ground, cpu, number, pages, free);
  }

  Mm mm() {
    return ground.mm == null ? null : ground.mm.reader(number);
  }

  private Mm childMm() {
    return ground.childMm.reader(number);
  }

  boolean isHugetlb() {
    return ground.start.kind() == Kind.HUGETLB;
  }

  private PageOwner parent() {
    return isHugetlb()
        ? new HugetlbTask.OnePage(hugetlbTask(vma()), ground.table.index())
        : task(mm(), ground.table);
  }

  private PageOwner child() {
    return isHugetlb()
        ? new HugetlbTask.OnePage(hugetlbTask(ground.childVma(childMm())), ground.table.index())
        : task(childMm(), ground.childTable);
  }

  HugetlbVma vma() {
    return ground.vma(mm());
  }

  private HugetlbTask hugetlbTask(HugetlbVma vma) {
    return new HugetlbTask(kernel, memory, engine, ground.machine.free, pages, vma);
  }

  private Task task(Mm mm, PageTable table) {
    return new Task(kernel, memory, engine, ground.machine.free, pages, mm, table);
  }

  ClientSyscalls syscalls() {
    if (syscalls == null) {
      syscalls = new ClientSyscalls(this, kernel, memory, ground, cpu, mm(), free, pages);
    }
    return syscalls;
  }

  FreeList pages() {
    return pages;
  }

  PageFree free() {
    return free;
  }

  /** A value that nobody else stores. */
  long value() {
    return 10L * (number + 1) + ++stored;
  }

  long reading(Mm mm, LongSupplier paths) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), mm);
    long result = paths.getAsLong();
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), mm);
    return result;
  }

  private long writing(Mm mm, LongSupplier paths) {
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    long result = paths.getAsLong();
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    return result;
  }

  long underRmapLock(LongSupplier paths) {
    cpu.at(RMAP_LOCK).spin_lock(ground.anonVma);
    long result = paths.getAsLong();
    cpu.at(RMAP_UNLOCK).spin_unlock(ground.anonVma);
    return result;
  }

  /** What an operation returns that may fail. */
  static long one(boolean success) {
    return success ? 1 : 0;
  }

  long read() {
    return one(
        ground.start.kind() == Kind.FILE
            ? syscalls().readFile() != UserAccess.SEGV
            : parent().read() != UserAccess.SEGV);
  }

  long write() {
    long value = value();
    boolean written = parent().write(value);
    if (written) {
      cpu.note(SharedContents.WRITTEN_BY_PARENT, value);
    }
    return one(written);
  }

  long childRead() {
    return one(child().read() != UserAccess.SEGV);
  }

  long childWrite() {
    return one(child().write(value()));
  }

  long fork() {
    if (isHugetlb()) {
      hugetlbTask(vma()).fork(hugetlbTask(ground.childVma(childMm())));
    } else {
      task(mm(), ground.table).fork(task(childMm(), ground.childTable), ground.slot);
    }
    return 1;
  }

  long zap() {
    return reading(
        mm(),
        () -> {
          parent().unmap();
          return 1;
        });
  }

  long childZap() {
    return reading(
        childMm(),
        () -> {
          child().unmap();
          return 1;
        });
  }

  long protect() {
    return writing(
        mm(),
        () -> {
          parent().protect();
          return 1;
        });
  }

  long protectWritable() {
    return writing(
        mm(),
        () -> {
          parent().protectWritable();
          return 1;
        });
  }

  private static GupFlags flags(boolean write) {
    return write ? GupFlags.PIN_WRITE : GupFlags.PIN;
  }

  long pinFast(boolean write) {
    if (ground.start == Start.HUGETLB_SHARED_TABLE) {
      pinned = files().pinFast(write);
    } else if (isHugetlb()) {
      pinned = hugetlbTask(vma()).pinFast(ground.table.index(), write);
    } else {
      pinned = new GupFast(kernel, memory, free).pinFast(cpu, mm(), ground.table, write);
    }
    return one(pinned != null);
  }

  long pin(boolean write) {
    pinned = parent().pin(flags(write));
    return one(pinned != null);
  }

  long childPin() {
    childHeld = child().pin(GupFlags.PIN);
    return one(childHeld != null);
  }

  long childGet() {
    childHeld = child().vmsplice();
    return one(childHeld != null);
  }

  long childReadThrough() {
    if (childHeld == null) {
      return 0;
    }
    cpu.note(SharedContents.SEEN_BY_CHILD, child().readThrough(childHeld));
    return 1;
  }

  long writeThrough() {
    if (pinned == null) {
      return 0;
    }
    task(mm(), ground.table).writeThrough(pinned, value());
    return 1;
  }

  long readThrough() {
    if (pinned == null) {
      return 0;
    }
    parent().readThrough(pinned);
    return 1;
  }

  long unpin() {
    if (pinned == null) {
      return 0;
    }
    task(mm(), ground.table).unpin(pinned);
    pinned = null;
    return 1;
  }

  long unshare() {
    new MmFault(kernel, memory, free, pages)
        .handle(cpu, mm(), ground.table, MmFault.Access.UNSHARE);
    return 1;
  }

  long madviseFree() {
    return reading(
        mm(),
        () -> {
          new MadviseFree(kernel, memory).madviseFreePteRange(cpu, mm(), ground.table);
          return 1;
        });
  }

  long mremap() {
    if (ground.start == Start.FILE_TABLE) {
      return files().mremap();
    }
    return writing(
        mm(),
        () -> {
          new MovePtes(kernel).move(cpu, mm(), ground.table, ground.moved, 1);
          return 1;
        });
  }

  long splitPmd() {
    return reading(
        mm(),
        () -> one(new SplitHugePmd(kernel, memory, free).split(cpu, mm(), ground.table.at(0))));
  }

  long writeHead() {
    return one(task(mm(), ground.table.at(0)).write(value()));
  }

  /** follow_page() with FOLL_GET; the reference is kept. */
  long followPage() {
    return reading(mm(), () -> one(new FollowHugePage(kernel, memory).get(cpu, vma()) != null));
  }

  KernelThread thread() {
    return new KernelThread(this, kernel, memory, ground, cpu, number);
  }

  FrameOwner frameOwner() {
    return frameOwner;
  }

  FrameReader frames() {
    return new FrameReader(kernel, ground, cpu, free);
  }

  FileCpu files() {
    return new FileCpu(kernel, memory, ground, number, cpu, pages);
  }
}
