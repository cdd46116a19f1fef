package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.patch.Kernel;

/**
 * hugetlb_fault() and hugetlb_no_page() of a private mapping (mm/hugetlb.c), S0 to S3.
 *
 * <p>A page that is faulted in is mapped read-only first; a write fault then goes on to {@link
 * HugetlbWp} with the lock held.
 *
 * <p>mmap_lock is taken for writing, as in {@link MmFault}. Left out: i_mmap_rwsem or the VMA lock,
 * of which faults are readers and which guard tables that may be shared; pages of the page cache;
 * waiting for a page lock, for migration and for userfaultfd, where the fault is tried again;
 * poison and marker entries.
 */
public final class HugetlbFault {
  public static final Steps STEPS = new Steps("hugetlb_fault");

  /**
   * An entry that maps nothing and is write-protected by userfaultfd (PTE_MARKER_UFFD_WP), S2 and
   * S3.
   */
  public static final long UFFD_WP_MARKER = Pte.UFFD_WP;

  private static final Step MMAP_LOCK =
      STEPS.step("HF1", "do_user_addr_fault", "take mmap_lock for reading");
  private static final Step PEEK =
      STEPS.step("HF2", "hugetlb_fault", "load the entry: under migration? then wait");
  private static final Step MUTEX = STEPS.step("HF3", "hugetlb_fault", "take the fault mutex");
  private static final Step READ_ENTRY =
      STEPS.step("HF4", "hugetlb_fault", "load the entry: none, or present?");
  private static final Step LOCK_NEW =
      STEPS.step("HF5", "hugetlb_no_page", "lock the new page: test and set PG_locked");
  private static final Step NEW_LOCK =
      STEPS.step("HF6", "hugetlb_no_page", "take the lock of the entry");
  private static final Step NEW_SAME =
      STEPS.step("HF7", "hugetlb_no_page", "load the entry: still none?");
  private static final Step SET_NEW =
      STEPS.step("HF8", "hugetlb_no_page", "store the entry: the page, read-only");
  private static final Step NEW_UNLOCK =
      STEPS.step("HF9", "hugetlb_no_page", "drop the lock of the entry");
  private static final Step UNLOCK_NEW =
      STEPS.step("HF10", "hugetlb_no_page", "unlock the new page: clear PG_locked");
  private static final Step PUT_NEW =
      STEPS.step(
          "HF11",
          "hugetlb_no_page",
          "the entry has changed (or the page is locked): drop the new page");
  private static final Step LOCK =
      STEPS.step("HF12", "hugetlb_fault", "take the lock of the entry");
  private static final Step SAME =
      STEPS.step("HF13", "hugetlb_fault", "load the entry: still the same?");
  private static final Step TRYLOCK =
      STEPS.step("HF14", "hugetlb_fault", "trylock the page: test and set PG_locked");
  private static final Step GET = STEPS.step("HF15", "hugetlb_fault", "_refcount + 1");
  private static final Step MARK_DIRTY =
      STEPS.step("HF16", "huge_ptep_set_access_flags", "writable already: store the entry, dirty");
  private static final Step UNLOCK_PAGE =
      STEPS.step("HF17", "hugetlb_fault", "unlock the page: clear PG_locked");
  private static final Step PUT = STEPS.step("HF18", "hugetlb_fault", "drop the reference");
  private static final Step UNLOCK =
      STEPS.step("HF19", "hugetlb_fault", "drop the lock of the entry");
  private static final Step MUTEX_UNLOCK =
      STEPS.step("HF20", "hugetlb_fault", "drop the fault mutex");
  private static final Step MMAP_UNLOCK =
      STEPS.step("HF21", "do_user_addr_fault", "drop mmap_lock");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;
  private final HugetlbWp wp;

  /**
   * Faults under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   */
  public HugetlbFault(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
    this.wp = new HugetlbWp(kernel, memory, free);
  }

  /**
   * Handles a fault of user code; the access that faulted is to be tried again.
   *
   * @param pages the free pages of this CPU
   */
  public void handle(Cpu cpu, HugetlbVma vma, Access access, FreeList pages) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), vma.mm());
    hugetlbFault(cpu, vma, access, pages);
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), vma.mm());
  }

  /** hugetlb_fault(). The caller holds mmap_lock. */
  void hugetlbFault(Cpu cpu, HugetlbVma vma, Access access, FreeList pages) {
    if (Pte.isMigration(cpu.at(PEEK).read_plain_in_source(vma.entry()))) {
      return;
    }
    cpu.at(MUTEX).spin_lock(vma.faultMutex());
    long entry = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
    if (entry == 0 || entry == UFFD_WP_MARKER) {
      hugetlbNoPage(cpu, vma, entry, access, pages);
    } else if (Pte.present(entry)) {
      cpu.at(LOCK).spin_lock(vma.lock());
      if (cpu.at(SAME).recheck(vma.entry(), entry)) {
        present(cpu, vma, entry, access, pages);
      }
      cpu.at(UNLOCK).spin_unlock(vma.lock());
    }
    cpu.at(MUTEX_UNLOCK).spin_unlock(vma.faultMutex());
  }

  private void present(Cpu cpu, HugetlbVma vma, long entry, Access access, FreeList pages) {
    Page page = Pte.page(memory, entry);
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return;
    }
    cpu.at(GET).atomic_inc(page.refcount());
    if (access != Access.READ && !Pte.writable(entry)) {
      wp.hugetlbWp(cpu, vma, entry, access == Access.UNSHARE, pages);
    } else if (access == Access.WRITE && !Pte.dirty(entry)) {
      arch.setAccessFlags(cpu.at(MARK_DIRTY), vma.mm(), vma.entry(), entry | Pte.DIRTY);
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    free.putPage(cpu.at(PUT), page);
  }

  private void hugetlbNoPage(Cpu cpu, HugetlbVma vma, long none, Access access, FreeList pages) {
    Page page = HugetlbAlloc.allocHugePage(cpu, pages);
    HugetlbAlloc.clearHugePage(cpu, page);
    HugetlbAlloc.setPageUptodate(cpu, page);
    // Locked: its last fault has mapped it and not unlocked it yet when it was zapped and freed.
    if (cpu.at(LOCK_NEW).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT_NEW), page);
      return;
    }
    cpu.at(NEW_LOCK).spin_lock(vma.lock());
    boolean mapped = cpu.at(NEW_SAME).recheck(vma.entry(), none);
    if (mapped) {
      HugetlbRmap.addNew(kernel, cpu, page);
      long entry = Pte.readOnly(page) | Pte.HUGE | (none & Pte.UFFD_WP);
      cpu.at(SET_NEW).WRITE_ONCE(vma.entry(), entry);
      if (access == Access.WRITE) {
        wp.hugetlbWp(cpu, vma, entry, false, pages);
      }
    }
    cpu.at(NEW_UNLOCK).spin_unlock(vma.lock());
    cpu.at(UNLOCK_NEW).clear_bit_unlock(PG_LOCKED, page.flags());
    if (!mapped) {
      free.putPage(cpu.at(PUT_NEW), page);
    }
  }
}
