package org.cowcheck.client;

import java.util.function.LongSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.CollapseHugePage;
import org.cowcheck.mm.DeviceExclusive;
import org.cowcheck.mm.Fault;
import org.cowcheck.mm.FollowHugePage;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.GupFast;
import org.cowcheck.mm.GupFlags;
import org.cowcheck.mm.HugeFault;
import org.cowcheck.mm.HugetlbMigrate;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.HwPoison;
import org.cowcheck.mm.MadviseFree;
import org.cowcheck.mm.Migrate;
import org.cowcheck.mm.MigrateHugePmd;
import org.cowcheck.mm.MigrateVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmFault;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.MovePtes;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageFree;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.Slab;
import org.cowcheck.mm.SplitHugePmd;
import org.cowcheck.mm.SwapOut;
import org.cowcheck.mm.UnusePte;
import org.cowcheck.mm.UserAccess;
import org.cowcheck.patch.Kernel;
import org.cowcheck.user.HugetlbTask;
import org.cowcheck.user.KernelThreads;
import org.cowcheck.user.PageOwner;
import org.cowcheck.user.Task;

/**
 * A CPU of a client program, in one run of it: what each operation does, by which paths.
 *
 * <p>mmap_lock is taken here where the paths leave it out. Left out: detaching VMAs, so that zap is
 * MADV_DONTNEED and what comes after it may fault pages in again; that operations which exclude
 * each other by the lock of the anon_vma hold it longer here than in the kernel, for all of their
 * paths; that kernel threads find a page by walks of their own: they begin with the page of the
 * start, and take a reference of it unless it has none. Page reclaim, memory failures and devices
 * leave copies of the page alone.
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
  private static final Step ISOLATE =
      STEPS.step(
          "CP5", "isolate_lru_page", "_refcount + 1 unless 0; test and clear PG_lru: was it set?");
  private static final Step PUTBACK = STEPS.step("CP6", "putback_lru_page", "set PG_lru");
  private static final Step PUT = STEPS.step("CP7", "put_page", "drop the reference");
  private static final Step LOCK =
      STEPS.step("CP8", "lock_page", "trylock the page: test and set PG_locked");
  private static final Step UNLOCK =
      STEPS.step("CP9", "unlock_page", "unlock the page: clear PG_locked");
  private static final Step IS_HUGE =
      STEPS.step("CP10", "the caller of the path", "load the PMD entry: huge?");

  private final Kernel kernel;
  private final Memory memory;
  private final Ground ground;
  private final Cpu engine;
  private final Cpu cpu;
  private final int number;
  private final FreeList pages;
  private final PageFree free;
  private ClientSyscalls syscalls;
  private Page pinned;
  private Page childHeld;
  private Page slab;
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
    this.slab = ground.start == Start.SLAB ? ground.page : null;
  }

  private Mm mm() {
    return ground.mm == null ? null : ground.mm.reader(number);
  }

  private Mm childMm() {
    return ground.childMm.reader(number);
  }

  private boolean isHugetlb() {
    return ground.start.kind() == Kind.HUGETLB;
  }

  private boolean isHuge() {
    return ground.start.kind() == Kind.HUGE;
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

  private HugetlbVma vma() {
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

  private static long one(boolean success) {
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

  long ksmMerge() {
    return one(threads().merge(new KernelThreads.OnCpu(cpu, mm(), free)));
  }

  /** isolate_lru_page() of the page: a reference and PG_lru are the caller's now, or neither is. */
  private boolean isolate() {
    Page page = ground.page;
    if (!cpu.at(ISOLATE).atomic_add_unless(page.refcount(), 1, 0)) {
      return false;
    }
    if (!cpu.test_and_clear_bit(PageFlag.PG_LRU, page.flags())) {
      free.putPage(cpu.at(PUT), page);
      return false;
    }
    return true;
  }

  private void putBack() {
    cpu.at(PUTBACK).set_bit(PageFlag.PG_LRU, ground.page.flags());
    free.putPage(cpu.at(PUT), ground.page);
  }

  long swapOut() {
    if (!isolate()) {
      return 0;
    }
    boolean gone =
        new SwapOut(kernel, free).shrinkPageList(cpu, mm(), ground.table, ground.page, ground.slot);
    if (!gone) {
      putBack();
    }
    return one(gone);
  }

  /** Reclaim of a page that is still being written when it comes by again. */
  long swapUnmap() {
    if (!isolate()) {
      return 0;
    }
    boolean unmapped =
        new SwapOut(kernel, free).shrinkPage(cpu, mm(), ground.table, ground.page, ground.slot);
    putBack();
    return one(unmapped);
  }

  long swapoff() {
    return reading(
        mm(),
        () ->
            one(
                new UnusePte(kernel, memory, free)
                    .unusePteRange(cpu, ground.table, ground.slot, pages)));
  }

  long migrate() {
    if (isHugetlb()) {
      return migrateHugetlb();
    }
    if (!isolate()) {
      return 0;
    }
    if (isHuge()) {
      long done = migrateHuge();
      putBack();
      return done;
    }
    boolean moved =
        new Migrate(kernel, free).unmapAndMove(cpu, ground.page, ground.vmas(), ground.slot, pages);
    if (!moved) {
      putBack();
    }
    return one(moved);
  }

  /** A migration that fails: the entries come back. Parts that PTEs map stay mapped meanwhile. */
  private long migrateHuge() {
    Page head = ground.page;
    if (cpu.at(LOCK).test_and_set_bit_lock(PageFlag.PG_LOCKED, head.flags())) {
      return 0;
    }
    MigrateHugePmd migrate = new MigrateHugePmd(kernel, memory, free);
    boolean set = false;
    for (RmapVma vma : ground.vmas()) {
      set |=
          Pte.isHuge(cpu.at(IS_HUGE).read_plain_in_source(vma.table().pmd()))
              && migrate.set(cpu, vma.mm(), vma.table().at(0), head);
    }
    if (set) {
      for (RmapVma vma : ground.vmas()) {
        migrate.removeMigrationPtes(cpu, vma.table().at(0), head);
      }
    }
    cpu.at(UNLOCK).clear_bit_unlock(PageFlag.PG_LOCKED, head.flags());
    return one(set);
  }

  private long migrateHugetlb() {
    if (!cpu.at(ISOLATE).atomic_add_unless(ground.page.refcount(), 1, 0)) {
      return 0;
    }
    return one(new HugetlbMigrate(kernel, memory, free).migrate(cpu, vma(), ground.page, pages));
  }

  long toDevice() {
    return reading(
        mm(),
        () ->
            one(
                new MigrateVma(kernel, memory, free)
                    .toDevice(cpu, ground.vmas(), ground.devices.get(number))));
  }

  long deviceExclusive() {
    return reading(
        mm(),
        () -> {
          DeviceExclusive device = new DeviceExclusive(kernel, memory, free);
          Page made = device.makeDeviceExclusive(cpu, ground.vmas());
          if (made != null) {
            device.done(cpu, made);
          }
          return one(made != null);
        });
  }

  long splitPmd() {
    return reading(
        mm(),
        () -> one(new SplitHugePmd(kernel, memory, free).split(cpu, mm(), ground.table.at(0))));
  }

  long splitPage() {
    return one(threads().split(new KernelThreads.OnCpu(cpu, mm(), free), ground.page));
  }

  private KernelThreads threads() {
    return new KernelThreads(
        kernel,
        memory,
        ground.table.at(0),
        ground.childTable == null ? null : ground.childTable.at(0),
        ground.slot,
        ground.ksmPage);
  }

  long collapse() {
    return one(
        new CollapseHugePage(kernel, memory, free)
                .collapse(cpu, mm(), ground.table.above(), ground.table.size(), pages)
            != null);
  }

  long writeHead() {
    return one(task(mm(), ground.table.at(0)).write(value()));
  }

  /** follow_page() with FOLL_GET; the reference is kept. */
  long followPage() {
    return reading(mm(), () -> one(new FollowHugePage(kernel, memory).get(cpu, vma()) != null));
  }

  FrameReader frames() {
    return new FrameReader(kernel, ground, cpu, free);
  }

  FileCpu files() {
    return new FileCpu(kernel, memory, ground, number, cpu, pages);
  }

  long hwpoison() {
    return one(new HwPoison(kernel, free).memoryFailure(cpu, mm(), ground.table, ground.page));
  }

  long put() {
    return one(free.putPage(cpu.at(PUT), ground.page));
  }

  long allocAnon() {
    return one(new Fault(kernel).doAnonymousPage(cpu, ground.fresh.get(number), pages, free));
  }

  long allocSlab() {
    slab = new Slab(kernel).allocSlabPage(cpu, pages);
    return 1;
  }

  long freeSlab() {
    boolean freed = new Slab(kernel).freeSlab(cpu, slab, free);
    slab = null;
    return one(freed);
  }

  long allocHuge() {
    return one(
        new HugeFault(kernel).doHugePmdAnonymousPage(cpu, ground.fresh.get(number), pages, free));
  }
}
