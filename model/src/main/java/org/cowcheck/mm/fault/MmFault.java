package org.cowcheck.mm.fault;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.OrigPte;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.migrate.DeviceExclusive;
import org.cowcheck.mm.migrate.MigrateVma;
import org.cowcheck.patch.Kernel;

/**
 * handle_pte_fault() (mm/memory.c): which path a fault on one entry takes, S0 to S3. Above a table
 * of several entries the PMD entry is looked at first ({@link HugeWriteFault}).
 *
 * <p>Where the kernel waits, nobody waits here: the fault {@link Result#WAITS} for a page lock, or
 * {@link Result#MIGRATES}, and is tried again. If it had to wait for a page lock once more, the
 * kernel would keep the page meanwhile (FAULT_FLAG_TRIED); and a look at an entry changes nothing.
 * So whoever has to wait for the same twice in a row waits until the end; for a page of a device
 * that somebody else migrates the kernel faults again instead of waiting. Whoever cannot bring a
 * page of a device back, because somebody else has a reference, does not try again at all: all is
 * as before, and a program that has the access twice shows what the next try does.
 *
 * <p>A page of a device is mapped by the faulting entry alone. Left out: what a fault does to an
 * entry that permits the access already (accessed and dirty bits, the flush of a spurious fault);
 * NUMA hinting; the zero page, for which a read fault maps a page of its own.
 */
public final class MmFault {
  public static final Steps STEPS = new Steps("handle_pte_fault");

  private static final Step MMAP_LOCK =
      STEPS.step("YF1", "do_user_addr_fault", "take mmap_lock for reading");
  private static final Step READ_PMD =
      STEPS.step("YF1a", "handle_pte_fault", "load the PMD entry again: still a page table?");
  private static final Step READ_PTE =
      STEPS.step("YF2", "handle_pte_fault", "load the PTE: none, swapped, or not writable?");
  private static final Step MMAP_UNLOCK = STEPS.step("YF3", "do_user_addr_fault", "drop mmap_lock");

  /** What the fault is for. */
  public enum Access {
    READ,
    WRITE,
    /** FAULT_FLAG_UNSHARE: a read-only pin, which needs an exclusive page. */
    UNSHARE
  }

  /** What a fault has done; the access that faulted is to be tried again. */
  public enum Result {
    DONE,
    /** VM_FAULT_WRITE: it broke COW where that had to be. */
    WROTE,
    /** VM_FAULT_RETRY, or a page of a device is locked: nothing, until somebody else is done. */
    WAITS,
    /** Nothing; the kernel waits until the page has been migrated (migration_entry_wait()). */
    MIGRATES,
    /** Nothing, and no further try is shown: it waits until the end, or would begin anew. */
    STUCK;

    private static Result of(HugeWriteFault.Done done) {
      return switch (done) {
        case WROTE -> WROTE;
        case MIGRATES -> MIGRATES;
        case STUCK -> STUCK;
        case ALL, NOTHING -> DONE;
      };
    }

    private static Result of(MigrateVma.Brought brought) {
      return switch (brought) {
        case MOVED, CHANGED -> DONE;
        case BUSY -> WAITS;
        case KEPT -> STUCK;
      };
    }
  }

  private final Fault fault;
  private final HugeWriteFault hugeFault;
  private final FileFault fileFault;
  private final SwapIn swapIn;
  private final WriteFault writeFault;
  private final MigrateVma migrateVma;
  private final DeviceExclusive deviceExclusive;
  private final PageFree free;
  private final FreeList pages;

  /**
   * Faults under a kernel.
   *
   * @param memory knows the pages and slots that entries name
   * @param free takes back references
   * @param pages the free pages of this CPU
   */
  public MmFault(Kernel kernel, Memory memory, PageFree free, FreeList pages) {
    this.fault = new Fault(kernel);
    this.hugeFault = new HugeWriteFault(kernel, memory, free);
    this.fileFault = new FileFault(kernel, free);
    this.swapIn = new SwapIn(kernel, memory, free);
    this.writeFault = new WriteFault(kernel, memory, free);
    this.migrateVma = new MigrateVma(kernel, memory, free);
    this.deviceExclusive = new DeviceExclusive(kernel, memory, free);
    this.free = free;
    this.pages = pages;
  }

  /** Handles a fault in anonymous memory. */
  public Result handle(Cpu cpu, Mm mm, PageTable table, Access access) {
    return handle(cpu, mm, Vma.ANON, table, access);
  }

  /** Handles a fault. */
  public Result handle(Cpu cpu, Mm mm, Vma vma, PageTable table, Access access) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), mm);
    Result result = handleMmFault(cpu, mm, vma, table, access);
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), mm);
    return result;
  }

  /** handle_mm_fault(): the caller has mmap_lock for reading. */
  public Result handleMmFault(Cpu cpu, Mm mm, Vma vma, PageTable table, Access access) {
    Ref<PageTable> walked = Ref.to(table);
    if (table.size() > 1) {
      HugeWriteFault.Done huge =
          hugeFault.handlePmd(cpu, mm, vma, table, access != Access.READ, access == Access.UNSHARE);
      if (huge != HugeWriteFault.Done.NOTHING) {
        return Result.of(huge);
      }
      long pmd = cpu.at(READ_PMD).read_plain_in_source(table.pmd());
      if (!cpu.recheck(() -> Pte.isTable(pmd))) {
        return Result.DONE;
      }
      walked = new Ref<>(table, cpu.lastRead());
    }
    OrigPte entry = OrigPte.load(cpu.at(READ_PTE), walked.at(PageTable::pte));
    long pte = entry.value();
    if (pte == 0 && vma.isAnonymous()) {
      fault.doAnonymousPage(cpu, walked, pages, free);
    } else if (pte == 0) {
      fileFault.doFault(cpu, vma, table, access == Access.WRITE, pages);
    } else if (Pte.isSwap(pte)) {
      SwapIn.Done done = swapIn.doSwapPage(cpu, mm, table, entry, access == Access.WRITE, pages);
      return done == SwapIn.Done.WAITS ? Result.WAITS : Result.DONE;
    } else if (Pte.isMigration(pte)) {
      return Result.MIGRATES;
    } else if (Pte.isDevicePrivate(pte)) {
      List<RmapVma> vmas = ImmutableList.of(new RmapVma(mm, table));
      return Result.of(migrateVma.toRam(cpu, vmas, entry, pages));
    } else if (Pte.isDeviceExclusive(pte)) {
      deviceExclusive.removeEntry(cpu, table, entry);
    } else if (access != Access.READ && !Pte.writable(pte)) {
      boolean unshare = access == Access.UNSHARE;
      boolean wrote = writeFault.handlePte(cpu, mm, vma, table, entry, unshare, pages);
      return wrote ? Result.WROTE : Result.DONE;
    }
    return Result.DONE;
  }
}
