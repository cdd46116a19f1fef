package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.mm.thp.SplitPageLock;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * do_huge_pmd_wp_page() (mm/huge_memory.c): a write to a PMD entry that is present and not
 * writable, or FAULT_FLAG_UNSHARE, S0 to S3. What cannot be reused is not copied: its PMD entry is
 * split, and the fault goes on with the entry of one page ({@link WriteFault}).
 *
 * <p>S0 asks how often the page and its parts are mapped, not how many references there are: a pin
 * leads to no copy here, but a reference that outlives a mapping does not, either (CVE-2020-29374
 * for huge pages). S1 to S3 ask the flag first, and then the references.
 *
 * <p>S1 does not look at the flag again when it had to wait for the page lock. No path here makes
 * the page exclusive meanwhile: who would reuse it finds the reference of the one that waits. If
 * one did, the page would be split without need, and its parts reused.
 *
 * <p>Left out: waiting for the page lock, which is tried twice instead: who does not get it then
 * waits until the end; the huge zero page; freeing swap space of a page in the swap cache.
 */
public final class HugeWriteFault {
  public static final Steps STEPS = new Steps("do_huge_pmd_wp_page");

  /** The name of the note of a huge page whose PMD entry was split because it was not reused. */
  public static final String NOT_REUSED = "not reused";

  private static final Step READ =
      STEPS.step("WH1", "__handle_mm_fault", "load the PMD entry: huge, not writable?");
  private static final Step LOCK =
      STEPS.step("WH2", "do_huge_pmd_wp_page", "take the lock of the PMD entry");
  private static final Step SAME =
      STEPS.step("WH3", "do_huge_pmd_wp_page", "load the PMD entry: still the same?");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "WH4", "do_huge_pmd_wp_page, S1 to S3", "PG_anon_exclusive of the head? then reuse");
  private static final Step TRYLOCK =
      STEPS.step("WH5", "do_huge_pmd_wp_page", "trylock the page: test and set PG_locked");
  private static final Step GET =
      STEPS.step("WH6", "do_huge_pmd_wp_page", "locked by somebody: _refcount + 1");
  private static final Step UNLOCK_TO_WAIT =
      STEPS.step("WH7", "do_huge_pmd_wp_page", "drop the lock of the PMD entry");
  private static final Step LOCK_PAGE =
      STEPS.step("WH8", "do_huge_pmd_wp_page", "lock the page: test and set PG_locked");
  private static final Step LOCK_AGAIN =
      STEPS.step("WH9", "do_huge_pmd_wp_page", "take the lock of the PMD entry again");
  private static final Step SAME_AGAIN =
      STEPS.step("WH10", "do_huge_pmd_wp_page", "load the PMD entry: still the same?");
  private static final Step PUT = STEPS.step("WH11", "do_huge_pmd_wp_page", "drop the reference");
  private static final Step EXCLUSIVE_AGAIN =
      STEPS.step(
          "WH12",
          "do_huge_pmd_wp_page, S2 and S3",
          "with the page locked: PG_anon_exclusive of the head? then reuse");
  private static final Step COUNT =
      STEPS.step(
          "WH13",
          "do_huge_pmd_wp_page, S1 to S3",
          "load _refcount, PG_swapcache, _refcount: any other reference? then split");
  private static final Step MAPCOUNTS =
      STEPS.step(
          "WH13a",
          "reuse_swap_page, S0",
          "load PG_swapcache and the counts of mappings: mapped by others? then split");
  private static final Step MAPPING =
      STEPS.step("WH14", "page_move_anon_rmap, S1 to S3", "store mapping");
  private static final Step SET_EXCLUSIVE =
      STEPS.step(
          "WH15", "page_move_anon_rmap, S1 to S3", "set PG_anon_exclusive of the head, atomically");
  private static final Step UNLOCK_PAGE =
      STEPS.step("WH16", "do_huge_pmd_wp_page", "unlock the page: clear PG_locked");
  private static final Step REUSE =
      STEPS.step(
          "WH17",
          "do_huge_pmd_wp_page",
          "store the PMD entry: writable, dirty; flush the TLB if not x86");
  private static final Step UNLOCK =
      STEPS.step("WH18", "do_huge_pmd_wp_page", "drop the lock of the PMD entry");

  private final Kernel kernel;
  private final ArchPmd arch;
  private final Memory memory;
  private final PageFree free;
  private final SplitHugePmd split;
  private final WriteFault fault;

  /**
   * Write faults under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public HugeWriteFault(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
    this.split = new SplitHugePmd(kernel, memory, free);
    this.fault = new WriteFault(kernel, memory, free);
  }

  /**
   * Handles a fault on one page, whatever maps it: __handle_mm_fault().
   *
   * @param table the table at the entry of the page, deposited or in place
   * @param unshare FAULT_FLAG_UNSHARE
   * @param pages the free pages of this CPU
   */
  public void handleMmFault(Cpu cpu, Mm mm, PageTable table, boolean unshare, FreeList pages) {
    if (handlePmd(cpu, mm, Vma.ANON, table, true, unshare) == Done.NOTHING) {
      fault.doWpPage(cpu, mm, table, unshare, pages);
    }
  }

  /** How far a look at the PMD entry has brought a fault. */
  enum Done {
    /** There is a page table: the fault goes on with the entry of one page. */
    NOTHING,
    /** There is nothing more to do; the access is to be tried again. */
    ALL,
    /** VM_FAULT_WRITE: as ALL, and the huge page may be written to. */
    WROTE,
    /** The huge page is being migrated: the access is to be tried again when that is over. */
    MIGRATES,
    /** It waits for the page lock until the end. */
    STUCK
  }

  /**
   * What __handle_mm_fault() does for a PMD entry.
   *
   * @param write FAULT_FLAG_WRITE or FAULT_FLAG_UNSHARE
   */
  Done handlePmd(Cpu cpu, Mm mm, Vma vma, PageTable table, boolean write, boolean unshare) {
    long pmd = cpu.at(READ).read_plain_in_source(table.pmd());
    if (Pte.isMigration(pmd)) {
      return Done.MIGRATES;
    }
    if (!Pte.isTransHuge(pmd)) {
      return Pte.isTable(pmd) ? Done.NOTHING : Done.ALL;
    }
    if (!write || Pte.writable(pmd)) {
      return Done.ALL;
    }
    return doHugePmdWpPage(cpu, mm, vma, table, pmd, unshare);
  }

  /** NOTHING (VM_FAULT_FALLBACK) if the PMD entry was split. */
  private Done doHugePmdWpPage(
      Cpu cpu, Mm mm, Vma vma, PageTable table, long pmd, boolean unshare) {
    cpu.at(LOCK).spin_lock(table.above().lock());
    if (!cpu.at(SAME).recheck(table.pmd(), pmd)) {
      cpu.at(UNLOCK).spin_unlock(table.above().lock());
      return Done.ALL;
    }
    Page head = Pte.page(memory, pmd);
    if (isExclusive(cpu, EXCLUSIVE, head)) {
      return reuse(cpu, mm, vma, table, pmd, unshare);
    }
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      SplitPageLock.Locked locked = lockAfterWait(cpu, table, pmd, head);
      if (locked != SplitPageLock.Locked.YES) {
        return locked == SplitPageLock.Locked.WAITS ? Done.STUCK : Done.ALL;
      }
    }
    if (kernel.state() != KernelState.S1 && isExclusive(cpu, EXCLUSIVE_AGAIN, head)) {
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
      return reuse(cpu, mm, vma, table, pmd, unshare);
    }
    boolean reuses =
        kernel.state() == KernelState.S0 ? isMappedOnce(cpu, head) : isAlone(cpu, head);
    if (reuses && kernel.state().hasAnonExclusive()) {
      cpu.at(MAPPING).WRITE_ONCE(head.mapping(), Page.ANON_VMA);
      cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), head.flags());
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
    if (reuses) {
      return reuse(cpu, mm, vma, table, pmd, unshare);
    }
    cpu.note(NOT_REUSED, head.address());
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return split.split(cpu, mm, table) ? Done.NOTHING : Done.STUCK;
  }

  private boolean isExclusive(Cpu cpu, Step step, Page head) {
    return kernel.state().hasAnonExclusive()
        && cpu.at(step).test_bit(PageFlag.anonExclusive(kernel), head.flags());
  }

  /** Locks the page without the lock of the PMD entry. Both are held if all is as before. */
  private SplitPageLock.Locked lockAfterWait(Cpu cpu, PageTable table, long pmd, Page head) {
    cpu.at(GET).atomic_inc(head.refcount());
    cpu.at(UNLOCK_TO_WAIT).spin_unlock(table.above().lock());
    if (cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      free.putPage(cpu.at(PUT), head);
      return SplitPageLock.Locked.WAITS;
    }
    cpu.at(LOCK_AGAIN).spin_lock(table.above().lock());
    boolean same = cpu.at(SAME_AGAIN).recheck(table.pmd(), pmd);
    if (!same) {
      cpu.at(UNLOCK).spin_unlock(table.above().lock());
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
    }
    free.putPage(cpu.at(PUT), head);
    return same ? SplitPageLock.Locked.YES : SplitPageLock.Locked.CHANGED;
  }

  private static boolean isAlone(Cpu cpu, Page head) {
    long references = cpu.at(COUNT).atomic_read(head.refcount());
    boolean inSwapCache = cpu.test_bit(PG_SWAPCACHE, head.flags());
    return references <= 1 + (inSwapCache ? head.block().size() : 0)
        && cpu.atomic_read(head.refcount()) == 1;
  }

  /** page_trans_huge_mapcount() is 1 at most: of the part that is mapped most. */
  private static boolean isMappedOnce(Cpu cpu, Page head) {
    if (cpu.at(MAPCOUNTS).test_bit(PG_SWAPCACHE, head.flags())) {
      return false;
    }
    return CompoundRmap.mostMappings(cpu, head) <= 1;
  }

  private Done reuse(Cpu cpu, Mm mm, Vma vma, PageTable table, long pmd, boolean unshare) {
    if (!unshare) {
      long writable = vma.maybeMkwrite(pmd | Pte.DIRTY);
      arch.setAccessFlags(cpu.at(REUSE), mm, table.pmd(), writable);
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return unshare ? Done.ALL : Done.WROTE;
  }
}
