package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * handle_pte_fault() (mm/memory.c): which path a fault on one entry takes, S0 to S3. Above a table
 * of several entries the PMD entry is looked at first ({@link HugeWriteFault}).
 *
 * <p>Where the kernel waits, nobody waits here: the fault {@link Result#WAITS} for a page lock, or
 * {@link Result#MIGRATES}, and is tried again. If it had to wait for a page lock once more, the
 * kernel would keep the page meanwhile (FAULT_FLAG_TRIED); and a look at an entry changes nothing.
 * So whoever has to wait for the same twice in a row waits until the end. A page of a device is
 * mapped by the faulting entry alone. Left out: NUMA hinting, and the zero page, for which a read
 * fault maps a page of its own.
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
    /** VM_FAULT_RETRY: nothing; the kernel waits until somebody else is done. */
    WAITS,
    /** Nothing; the kernel waits until the page has been migrated (migration_entry_wait()). */
    MIGRATES,
    /** It waits, and nobody is seen to end that. */
    STUCK;

    /** Whether whoever had another fault right before waits until the end. */
    boolean isStuckAfter(Result before) {
      return this == STUCK || (this == before && (this == WAITS || this == MIGRATES));
    }

    private static Result of(HugeWriteFault.Done done) {
      return switch (done) {
        case WROTE -> WROTE;
        case MIGRATES -> MIGRATES;
        case STUCK -> STUCK;
        case ALL, NOTHING -> DONE;
      };
    }
  }

  private final Memory memory;
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
    this.memory = memory;
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
  Result handleMmFault(Cpu cpu, Mm mm, Vma vma, PageTable table, Access access) {
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
    long pte = cpu.at(READ_PTE).read_plain_in_source(walked.at(PageTable::pte));
    if (pte == 0 && vma.isAnonymous()) {
      fault.doAnonymousPage(cpu, walked, pages, free);
    } else if (pte == 0) {
      fileFault.doFault(cpu, vma, table, access == Access.WRITE, pages);
    } else if (Pte.isSwap(pte)) {
      SwapSlot slot = memory.object(Pte.address(pte), SwapSlot.class);
      SwapIn.Done done = swapIn.doSwapPage(cpu, mm, table, slot, access == Access.WRITE, pages);
      return done == SwapIn.Done.WAITS ? Result.WAITS : Result.DONE;
    } else if (Pte.isMigration(pte)) {
      return Result.MIGRATES;
    } else if (Pte.isDevicePrivate(pte)) {
      migrateVma.toRam(cpu, ImmutableList.of(new RmapVma(mm, table)), pages);
    } else if (Pte.isDeviceExclusive(pte)) {
      deviceExclusive.removeEntry(cpu, table);
    } else if (access != Access.READ && !Pte.writable(pte)) {
      boolean wrote = writeFault.doWpPage(cpu, mm, vma, table, access == Access.UNSHARE, pages);
      return wrote ? Result.WROTE : Result.DONE;
    }
    return Result.DONE;
  }
}
