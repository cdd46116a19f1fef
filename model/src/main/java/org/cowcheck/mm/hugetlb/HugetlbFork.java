package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * fork() of one page of hugetlb: dup_mmap() (kernel/fork.c), copy_hugetlb_page_range()
 * (mm/hugetlb.c) and page_try_dup_anon_rmap() (include/linux/rmap.h), S0 to S3.
 *
 * <p>v5.17 does not make write_protect_seq odd here, as copy_page_range() does: nothing tells a
 * GUP-fast in flight that the page is about to be shared (623a1ddfeb23). The smp_wmb() at HC2 is
 * paired with the smp_rmb() at G21, that at HC23 with the one at G2.
 *
 * <h2>Pins</h2>
 *
 * The count of pins of a compound page is a word of its own. That fork takes a reference of its own
 * between its store to write_protect_seq and its look at the pins therefore orders nothing, as it
 * does for a small page: see {@link Fork}.
 *
 * <p>Left out: the upper levels of the child's table and its mmap_lock, which nobody else sees yet;
 * migration, poison and marker entries, and tables that are shared, which private mappings are not;
 * a second load of the entry under the same lock; MMU notifiers.
 */
public final class HugetlbFork {
  public static final Steps STEPS = new Steps("copy_hugetlb_page_range");

  private static final Step MMAP_LOCK =
      STEPS.step("HC1", "dup_mmap", "take mmap_lock of the parent for writing");
  private static final Step SEQ_BEGIN =
      STEPS.hunk(
          "HC2",
          "copy_hugetlb_page_range, S1 to S3",
          "write_protect_seq becomes odd, smp_wmb (623a1ddfeb23)");
  private static final Step DST_LOCK =
      STEPS.step("HC3", "copy_hugetlb_page_range", "take the lock of the child's entry");
  private static final Step SRC_LOCK =
      STEPS.step("HC4", "copy_hugetlb_page_range", "take the lock of the parent's entry");
  private static final Step READ_ENTRY =
      STEPS.step("HC5", "copy_hugetlb_page_range", "load the parent's entry");
  private static final Step GET = STEPS.step("HC6", "copy_hugetlb_page_range", "_refcount + 1");
  private static final Step IS_ANON =
      STEPS.step("HC7", "copy_hugetlb_page_range, S1 to S3", "load mapping: PageAnon?");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "HC8", "page_try_dup_anon_rmap, S2 and S3", "load flags of the head: PG_anon_exclusive?");
  private static final Step PINNED =
      STEPS.hunk(
          "HC9",
          "page_needs_cow_for_dma",
          "load MMF_HAS_PINNED; if set, flags and compound_pincount");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.step(
          "HC10",
          "page_try_dup_anon_rmap, S1 to S3",
          "clear PG_anon_exclusive of the head, atomically");
  private static final Step DUP_RMAP =
      STEPS.step("HC11", "page_dup_rmap", "compound_mapcount + 1; S0: after HC12");
  private static final Step WRPROTECT =
      STEPS.step("HC12", "copy_hugetlb_page_range", "write-protect the parent's entry");
  private static final Step SET_CHILD =
      STEPS.step("HC13", "copy_hugetlb_page_range", "store the child's entry: read-only");
  private static final Step DROP_LOCKS =
      STEPS.step("HC14", "copy_hugetlb_page_range", "pinned: drop both locks");
  private static final Step PUT =
      STEPS.step("HC15", "copy_hugetlb_page_range", "copied: _refcount of the original - 1");
  private static final Step DST_LOCK_AGAIN =
      STEPS.step("HC16", "copy_hugetlb_page_range", "copied: take the lock of the child's entry");
  private static final Step SRC_LOCK_AGAIN =
      STEPS.step("HC17", "copy_hugetlb_page_range", "copied: take the lock of the parent's entry");
  private static final Step SAME =
      STEPS.step("HC18", "copy_hugetlb_page_range", "load the parent's entry: still the same?");
  private static final Step PUT_COPY =
      STEPS.step("HC19", "copy_hugetlb_page_range", "it is not: drop the copy");
  private static final Step SET_COPY =
      STEPS.step("HC20", "hugetlb_install_page", "store the child's entry: the copy, writable");
  private static final Step SRC_UNLOCK =
      STEPS.step("HC21", "copy_hugetlb_page_range", "drop the lock of the parent's entry");
  private static final Step DST_UNLOCK =
      STEPS.step("HC22", "copy_hugetlb_page_range", "drop the lock of the child's entry");
  private static final Step SEQ_END =
      STEPS.step(
          "HC23", "copy_hugetlb_page_range, S1 to S3", "smp_wmb, write_protect_seq becomes even");
  private static final Step FLUSH = STEPS.step("HC24", "dup_mmap", "flush the parent's TLB");
  private static final Step MMAP_UNLOCK =
      STEPS.step("HC25", "dup_mmap", "drop mmap_lock of the parent");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Forking under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back a reference
   */
  public HugetlbFork(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Copies a private mapping to a child.
   *
   * @param child the child's, with nothing mapped yet
   * @param pages the free pages of this CPU, one of which is for a page that is pinned
   */
  public void dupMmap(Cpu cpu, HugetlbVma parent, HugetlbVma child, FreeList pages) {
    boolean countsSeq = kernel.has(SEQ_BEGIN);
    MmapLock.writeLock(cpu.at(MMAP_LOCK), parent.mm());
    if (countsSeq) {
      cpu.at(SEQ_BEGIN).raw_write_seqcount_begin(parent.mm().writeProtectSeq());
    }
    cpu.at(DST_LOCK).spin_lock(child.lock());
    cpu.at(SRC_LOCK).spin_lock(parent.lock());
    long entry = cpu.at(READ_ENTRY).read_plain_in_source(parent.entry());
    while (Pte.present(entry) && !copyPresent(cpu, parent, entry, child, pages)) {
      entry = cpu.at(READ_ENTRY).read_plain_in_source(parent.entry());
    }
    cpu.at(SRC_UNLOCK).spin_unlock(parent.lock());
    cpu.at(DST_UNLOCK).spin_unlock(child.lock());
    if (countsSeq) {
      cpu.at(SEQ_END).raw_write_seqcount_end(parent.mm().writeProtectSeq());
    }
    arch.flushTlb(cpu.at(FLUSH), parent.mm());
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), parent.mm());
    cpu.note(Fork.FORKED, 0);
  }

  /** Shares or copies a page; false if the entry has changed meanwhile. */
  private boolean copyPresent(
      Cpu cpu, HugetlbVma parent, long entry, HugetlbVma child, FreeList pages) {
    Page page = Pte.page(memory, entry);
    cpu.at(GET).atomic_inc(page.refcount());
    boolean shares =
        kernel.state() == KernelState.S0
            ? !pageNeedsCowForDma(cpu, parent.mm(), page)
            : pageTryDupRmap(cpu, parent.mm(), page);
    if (!shares) {
      return copyPinned(cpu, parent, entry, child, pages);
    }
    arch.setWrprotect(cpu.at(WRPROTECT), parent.entry(), entry);
    if (kernel.state() == KernelState.S0) {
      cpu.at(DUP_RMAP).atomic_inc(page.block().compoundMapcount());
    }
    cpu.at(SET_CHILD).WRITE_ONCE(child.entry(), entry & ~Pte.WRITE);
    for (Page part : page.block().pages()) {
      cpu.note(Fork.SHARED, part.address());
    }
    return true;
  }

  /** page_dup_file_rmap() or page_try_dup_anon_rmap(): false if the page may be pinned. */
  private boolean pageTryDupRmap(Cpu cpu, Mm mm, Page page) {
    int exclusive = PageFlag.anonExclusive(kernel);
    // S1 clears the flag of a page that is not exclusive, too.
    if (PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(page))
        && (kernel.state() == KernelState.S1
            || cpu.at(EXCLUSIVE).test_bit(exclusive, page.flags()))) {
      if (pageNeedsCowForDma(cpu, mm, page)) {
        return false;
      }
      cpu.at(CLEAR_EXCLUSIVE).clear_bit(exclusive, page.flags());
    }
    cpu.at(DUP_RMAP).atomic_inc(page.block().compoundMapcount());
    return true;
  }

  /** page_needs_cow_for_dma(), with its branches. */
  private boolean pageNeedsCowForDma(Cpu cpu, Mm mm, Page page) {
    if (!kernel.has(PINNED)) {
      return false;
    }
    boolean hasPinned = cpu.at(PINNED).test_bit(Mm.MMF_HAS_PINNED, mm.flags());
    cpu.ctrl(mm.flags());
    if (!hasPinned) {
      return false;
    }
    return ShareAnonRmap.branchOnPins(cpu, page);
  }

  /** The child gets a page of its own. */
  private boolean copyPinned(
      Cpu cpu, HugetlbVma parent, long entry, HugetlbVma child, FreeList pages) {
    Page page = Pte.page(memory, entry);
    cpu.at(DROP_LOCKS).spin_unlock(parent.lock());
    cpu.spin_unlock(child.lock());
    Page copy = HugetlbAlloc.allocHugePage(cpu, pages);
    HugetlbAlloc.copyHugePage(cpu, copy, page);
    free.putPage(cpu.at(PUT), page);
    cpu.at(DST_LOCK_AGAIN).spin_lock(child.lock());
    cpu.at(SRC_LOCK_AGAIN).spin_lock(parent.lock());
    if (!cpu.at(SAME).recheck(parent.entry(), entry)) {
      free.putPage(cpu.at(PUT_COPY), copy);
      return false;
    }
    HugetlbAlloc.setPageUptodate(cpu, copy);
    HugetlbRmap.addNew(kernel, cpu, copy);
    cpu.at(SET_COPY).WRITE_ONCE(child.entry(), Pte.writable(copy) | Pte.HUGE);
    return true;
  }
}
