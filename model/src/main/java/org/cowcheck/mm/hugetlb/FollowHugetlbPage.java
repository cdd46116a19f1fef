package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.GupMustUnshare;
import org.cowcheck.mm.gup.TryGrabFolio;
import org.cowcheck.patch.Kernel;

/**
 * Slow GUP of one page of a page of hugetlb: __get_user_pages_locked() (mm/gup.c) and
 * follow_hugetlb_page() (mm/hugetlb.c), S0 to S3, under mmap_lock and the lock of the entry.
 *
 * <p>FOLL_GET never unshares: its holder has a page that may be shared.
 *
 * <p>mmap_lock is taken for writing, as in {@link MmFault}. Left out: FOLL_FORCE, FOLL_DUMP,
 * signals; further loads of the entry under the same lock.
 */
public final class FollowHugetlbPage {
  public static final Steps STEPS = new Steps("follow_hugetlb_page");

  private static final int MOST_FAULTS = 4;

  private static final Step HAS_PINNED =
      STEPS.step("HL1", "mm_set_has_pinned_flag", "FOLL_PIN: test MMF_HAS_PINNED, and set it");
  private static final Step MMAP_LOCK =
      STEPS.step("HL2", "get_user_pages_unlocked", "take mmap_lock for reading");
  private static final Step LOCK =
      STEPS.step("HL3", "follow_hugetlb_page", "take the lock of the entry");
  private static final Step READ_ENTRY =
      STEPS.step("HL4", "follow_hugetlb_page", "load the entry: present, permitted?");
  private static final Step TO_FAULT =
      STEPS.step("HL5", "follow_hugetlb_page", "it is not: drop the lock of the entry, and fault");
  private static final Step CHECK =
      STEPS.step(
          "HL6",
          "follow_hugetlb_page, S1 to S3",
          "FOLL_PIN: VM_BUG_ON anon without PG_anon_exclusive");
  private static final Step UNLOCK =
      STEPS.step("HL7", "follow_hugetlb_page", "drop the lock of the entry");
  private static final Step MMAP_UNLOCK =
      STEPS.step("HL8", "get_user_pages_unlocked", "drop mmap_lock");

  private final Kernel kernel;
  private final Memory memory;
  private final TryGrabFolio grab;
  private final HugetlbFault fault;

  /**
   * Pinning under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   */
  public FollowHugetlbPage(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.grab = new TryGrabFolio(kernel, free);
    this.fault = new HugetlbFault(kernel, memory, free);
  }

  /**
   * Takes a pin (FOLL_PIN), and leaves the notes {@link GupFast#PINNED} and {@link
   * GupFast#PINNED_AT}.
   *
   * @param index which page of the huge page
   * @param write FOLL_WRITE
   * @param pages the free pages of this CPU
   * @return the page; null if faults do not help
   */
  public Page pin(Cpu cpu, HugetlbVma vma, int index, boolean write, FreeList pages) {
    if (!cpu.at(HAS_PINNED).test_bit(Mm.MMF_HAS_PINNED, vma.mm().flags())) {
      cpu.set_bit(Mm.MMF_HAS_PINNED, vma.mm().flags());
    }
    Page page = follow(cpu, vma, index, write ? GupFlags.PIN_WRITE : GupFlags.PIN, pages);
    if (page != null) {
      cpu.note(GupFast.PINNED, page.address());
      cpu.note(GupFast.PINNED_AT, vma.table().at(index).location());
    }
    return page;
  }

  /** Takes a reference (FOLL_GET) for reading, as vmsplice() does; else as {@link #pin}. */
  public Page get(Cpu cpu, HugetlbVma vma, int index, FreeList pages) {
    return follow(cpu, vma, index, GupFlags.GET, pages);
  }

  private Page follow(Cpu cpu, HugetlbVma vma, int index, GupFlags flags, FreeList pages) {
    MmapLock.readLock(cpu.at(MMAP_LOCK), vma.mm());
    Page page = null;
    for (int faults = 0; page == null && faults <= MOST_FAULTS; faults++) {
      cpu.at(LOCK).spin_lock(vma.lock());
      long entry = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
      Access needed = needed(cpu, entry, flags);
      if (needed == null) {
        page = grab(cpu, Pte.page(memory, entry), index, flags);
        cpu.at(UNLOCK).spin_unlock(vma.lock());
      } else {
        cpu.at(TO_FAULT).spin_unlock(vma.lock());
        fault.hugetlbFault(cpu, vma, needed, pages);
      }
    }
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), vma.mm());
    return page;
  }

  /** The fault that is needed first, __follow_hugetlb_must_fault(); null if none is. */
  private Access needed(Cpu cpu, long entry, GupFlags flags) {
    if (!Pte.present(entry)) {
      return flags.write() ? Access.WRITE : Access.READ;
    }
    if (Pte.writable(entry)) {
      return null;
    }
    if (flags.write()) {
      return Access.WRITE;
    }
    Ref<Page> head = Ref.to(Pte.page(memory, entry));
    return GupMustUnshare.mustUnshare(kernel, cpu, head, flags) ? Access.UNSHARE : null;
  }

  private Page grab(Cpu cpu, Page head, int index, GupFlags flags) {
    if (flags.pin() && kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(
          PageTests.folioTestAnon(cpu.at(CHECK), Ref.to(head))
              && !cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags()));
    }
    Page page = head.block().pages().get(index);
    return grab.tryGrabFolio(cpu, Ref.to(page), flags) == null ? null : page;
  }
}
