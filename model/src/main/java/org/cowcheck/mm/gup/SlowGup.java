package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_REFERENCED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.fault.Tries;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * get_user_pages_unlocked() of one page: __get_user_pages(), follow_page_pte() and faultin_page()
 * (mm/gup.c), S0 to S3. For a huge page that a PMD entry maps see {@link FollowTransHugePmd}.
 *
 * <p>All looks at the entry are under the PT lock, and mmap_lock keeps fork away, so that no fence
 * is needed; the smp_rmb() of gup_must_unshare() is there all the same.
 *
 * <h2>FOLL_FORCE and FOLL_WRITE</h2>
 *
 * Who may write although the mapping is read-only has to break COW first, and to find its own copy
 * afterwards through an entry that is still read-only. How it knows:
 *
 * <pre>
 * before 19be0eaffa3a  the write fault was handled: look again, as if it were for reading
 * S0 to S2             the write fault was handled (FOLL_COW), and the entry is dirty
 * S3 (5535be309971)    the page is anonymous and exclusive
 * </pre>
 *
 * <p>Left out: PROT_NONE, special entries and device pages; that a fault may drop mmap_lock;
 * signals; activating the page; trying again without a limit ({@link Tries}). A page that
 * FOLL_LONGTERM may not have is not migrated: the pin is dropped.
 */
public final class SlowGup {
  public static final Steps STEPS = new Steps("__get_user_pages");

  private static final int MOST_FAULTS = 6;

  private static final Step MMAP_LOCK =
      STEPS.step("FG1", "get_user_pages_unlocked", "take mmap_lock for reading");
  private static final Step HAS_PINNED =
      STEPS.step("FG2", "mm_set_has_pinned_flag", "FOLL_PIN: test MMF_HAS_PINNED, and set it");
  private static final Step FORCE_COW =
      STEPS.later(
          "FG3",
          "should_force_cow_break, v5.8 only",
          "FOLL_WRITE, for whom a write may copy later");
  private static final Step LOCK = STEPS.step("FG4", "follow_page_pte", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("FG5", "follow_page_pte", "load the PTE: present, permitted?");
  private static final Step FORCED =
      STEPS.step(
          "FG6",
          "can_follow_write_pte, S3",
          "FOLL_FORCE: load compound_head, mapping, flags: PageAnon, PG_anon_exclusive?");
  private static final Step CHECK =
      STEPS.step(
          "FG8",
          "follow_page_pte, S1 to S3, DEBUG_VM",
          "FOLL_PIN, PageAnon: VM_BUG_ON without PG_anon_exclusive");
  private static final Step TOUCH =
      STEPS.step(
          "FG12",
          "follow_page_pte",
          "FOLL_TOUCH: if FOLL_WRITE and the PTE clean, set PG_dirty; mark it accessed");
  private static final Step UNLOCK = STEPS.step("FG13", "follow_page_pte", "drop the PT lock");
  private static final Step BROKE_COW =
      STEPS.hunk("FG14", "faultin_page, S0 to S2", "VM_FAULT_WRITE, no VM_WRITE: FOLL_COW");
  private static final Step LONGTERM =
      STEPS.step(
          "FG15",
          "check_and_migrate_movable_pages",
          "FOLL_LONGTERM: load compound_head, flags: ZONE_MOVABLE? then give up");
  private static final Step MMAP_UNLOCK =
      STEPS.step("FG16", "get_user_pages_unlocked", "drop mmap_lock");

  private final Kernel kernel;
  private final Memory memory;
  private final FollowTransHugePmd followHuge;
  private final MmFault fault;
  private final Unpin unpin;

  /**
   * Slow GUP under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   * @param pages the free pages of this CPU
   */
  public SlowGup(Kernel kernel, Memory memory, PageFree free, FreeList pages) {
    this.kernel = kernel;
    this.memory = memory;
    this.followHuge = new FollowTransHugePmd(kernel, memory);
    this.fault = new MmFault(kernel, memory, free, pages);
    this.unpin = new Unpin(kernel, free);
  }

  /**
   * Takes a pin or a reference, and leaves the note {@link GupFast#PINNED} or {@link GupFast#GOT}.
   *
   * @return the page, or null if the mapping does not permit it
   */
  public Page getUserPages(Cpu cpu, Mm mm, Vma vma, PageTable table, GupFlags flags) {
    if (flags.write() && !vma.write() && !flags.force()) {
      return null;
    }
    MmapLock.readLock(cpu.at(MMAP_LOCK), mm);
    if (flags.pin() && !cpu.at(HAS_PINNED).test_bit(Mm.MMF_HAS_PINNED, mm.flags())) {
      cpu.set_bit(Mm.MMF_HAS_PINNED, mm.flags());
    }
    Page page = getUserPagesLocked(cpu, mm, vma, table, forcedCow(kernel, flags));
    if (page != null && flags.longterm() && !isLongtermPinnable(cpu, page)) {
      unpin.unpinUserPage(cpu, page);
      page = null;
    }
    MmapLock.readUnlock(cpu.at(MMAP_UNLOCK), mm);
    return page;
  }

  private static boolean isLongtermPinnable(Cpu cpu, Page page) {
    return PageTests.isLongtermPinnable(
        cpu, PageTests.compoundHead(cpu.at(LONGTERM), Ref.to(page)));
  }

  /** What v5.8 made of the flags, on both ways, for whom a write may copy later. */
  static GupFlags forcedCow(Kernel kernel, GupFlags flags) {
    return kernel.adds(FORCE_COW) ? flags.forWriting() : flags;
  }

  /** __get_user_pages(). */
  private Page getUserPagesLocked(Cpu cpu, Mm mm, Vma vma, PageTable table, GupFlags flags) {
    GupFlags now = flags;
    boolean brokeCow = false;
    Tries tries = new Tries(MOST_FAULTS);
    while (true) {
      Followed followed = followPmd(cpu, mm, vma, table, now, brokeCow);
      if (followed.page() != null || tries.isLast()) {
        return followed.page();
      }
      Access access = now.write() ? Access.WRITE : Access.READ;
      MmFault.Result result =
          fault.handleMmFault(
              cpu, mm, vma, table, followed.mustUnshare() ? Access.UNSHARE : access);
      if (!tries.goOnAfter(result)) {
        return null;
      }
      boolean wrote = result == MmFault.Result.WROTE;
      if (kernel.state() != KernelState.S3 && wrote && !vma.write()) {
        if (kernel.has(BROKE_COW)) {
          brokeCow = true;
        } else {
          now = now.withoutWrite();
        }
      }
    }
  }

  /**
   * What follow_page_pte() returns.
   *
   * @param page the page; null if a fault is needed
   * @param mustUnshare -EMLINK: the fault is to unshare the page
   */
  private record Followed(Page page, boolean mustUnshare) {
    static final Followed NOTHING = new Followed(null, false);
    static final Followed MUST_UNSHARE = new Followed(null, true);
  }

  /** follow_pmd_mask(); above a table of one entry there is no PMD entry to look at. */
  private Followed followPmd(
      Cpu cpu, Mm mm, Vma vma, PageTable table, GupFlags flags, boolean brokeCow) {
    Ref<PageTable> walked = Ref.to(table);
    if (table.size() > 1) {
      FollowTransHugePmd.Followed huge = followHuge.follow(cpu, mm, vma, table, flags, brokeCow);
      if (huge.table().isEmpty()) {
        return huge.page() == null
            ? new Followed(null, huge.mustUnshare())
            : taken(cpu, table, huge.page(), flags);
      }
      walked = huge.table().orElseThrow();
    }
    return followPagePte(cpu, vma, walked, flags, brokeCow);
  }

  private Followed followPagePte(
      Cpu cpu, Vma vma, Ref<PageTable> walked, GupFlags flags, boolean brokeCow) {
    PageTable table = walked.target();
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(walked.at(PageTable::pte));
    Followed followed = Followed.NOTHING;
    if (Pte.present(pte)) {
      Ref<Page> page = new Ref<>(Pte.page(memory, pte), cpu.lastRead());
      if (!flags.write() || canFollowWritePte(cpu, vma, pte, page, flags, brokeCow)) {
        followed = grab(cpu, table, pte, page, flags);
      }
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return followed;
  }

  private boolean canFollowWritePte(
      Cpu cpu, Vma vma, long pte, Ref<Page> page, GupFlags flags, boolean brokeCow) {
    if (Pte.writable(pte)) {
      return true;
    }
    if (kernel.state() != KernelState.S3) {
      return flags.force() && brokeCow && Pte.dirty(pte);
    }
    return flags.force()
        && !vma.write()
        && PageTests.pageAnon(cpu.at(FORCED), page)
        && isExclusive(cpu, page)
        && (pte & Pte.UFFD_WP) == 0;
  }

  private Followed grab(Cpu cpu, PageTable table, long pte, Ref<Page> page, GupFlags flags) {
    if (kernel.state().hasAnonExclusive() && flags.pin()) {
      if (!Pte.writable(pte) && GupMustUnshare.mustUnshare(kernel, cpu, page, flags)) {
        return Followed.MUST_UNSHARE;
      }
      cpu.VM_BUG_ON(PageTests.pageAnon(cpu.at(CHECK), page) && !isExclusive(cpu, page));
    }
    if (!TryGrabPage.tryGrabPage(kernel, cpu, page, flags)) {
      return Followed.NOTHING;
    }
    if (!flags.longterm()) {
      touch(cpu.at(TOUCH), pte, page.target(), flags);
    }
    return taken(cpu, table, page.target(), flags);
  }

  private static Followed taken(Cpu cpu, PageTable table, Page page, GupFlags flags) {
    if (flags.pin()) {
      cpu.note(GupFast.PINNED, page.address());
      cpu.note(GupFast.PINNED_AT, table.location());
    } else {
      cpu.note(GupFast.GOT, page.address());
    }
    return new Followed(page, false);
  }

  private boolean isExclusive(Cpu cpu, Ref<Page> page) {
    return cpu.test_bit(PageFlag.anonExclusive(kernel), page.at(Page::flags));
  }

  private static void touch(Cpu cpu, long pte, Page page, GupFlags flags) {
    if (flags.write() && !Pte.dirty(pte) && !cpu.test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    if (!cpu.test_bit(PG_REFERENCED, page.flags())) {
      cpu.set_bit(PG_REFERENCED, page.flags());
    }
  }
}
