package org.cowcheck.mm.fork;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.Tlb;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.PteAlloc;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * fork() of one page table: dup_mmap() (kernel/fork.c), copy_page_range() and copy_present_pte()
 * (mm/memory.c), page_try_dup_anon_rmap() (include/linux/rmap.h), S0 to S3. For an entry that is
 * not present see {@link CopyNonpresentPte}.
 *
 * <p>What keeps a page that is pinned at this moment from being shared is write_protect_seq alone:
 * nothing orders the pin check (C8), the cleared flag (C9) and the write-protected entry (C11)
 * against a GUP-fast in flight.
 *
 * <p>Left out: the upper levels of the child's table and its mmap_lock, which nobody else sees yet;
 * MMU notifiers; of a table of one entry, the PMD entry above it.
 */
public final class Fork {
  public static final Steps STEPS = new Steps("copy_page_range");

  /** The name of the note of a page that both processes map now; its value is its address. */
  public static final String SHARED = "shared";

  /** The name of the note at the end of a fork. */
  public static final String FORKED = "forked";

  private static final Step MMAP_LOCK =
      STEPS.step("C1", "dup_mmap", "take mmap_lock of the parent for writing");
  private static final Step SEQ_BEGIN =
      STEPS.hunk("C2", "copy_page_range", "write_protect_seq becomes odd, smp_wmb", "G21");
  private static final Step READ_PMD =
      STEPS.step("CH13", "copy_pmd_range", "load the parent's PMD entry: huge?");
  private static final Step PMD_TABLE =
      STEPS.step("CH14", "copy_pmd_range", "load the parent's PMD entry: a page table?");
  private static final Step PTE_ALLOC =
      STEPS.step(
          "CH15", "pte_alloc_map_lock", "load the child's PMD entry: none? then a page table");
  private static final Step DST_LOCK =
      STEPS.step("C3", "copy_pte_range", "take the child's PT lock");
  private static final Step SRC_LOCK =
      STEPS.step("C4", "copy_pte_range", "take the parent's PT lock");
  private static final Step READ_PTE = STEPS.step("C5", "copy_pte_range", "load the parent's PTE");
  private static final Step GET = STEPS.step("C6", "copy_present_pte", "_refcount + 1");
  private static final Step EXCLUSIVE =
      STEPS.step("C7", "page_try_dup_anon_rmap, S2 and S3", "load flags: PG_anon_exclusive?");
  private static final Step PINNED =
      STEPS.hunk(
          "C8", "page_needs_cow_for_dma", "load MMF_HAS_PINNED; if set, flags and _refcount");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.step("C9", "page_try_dup_anon_rmap, S1 to S3", "clear PG_anon_exclusive, atomically");
  private static final Step DUP_RMAP = STEPS.step("C10", "page_dup_rmap", "_mapcount + 1");
  private static final Step WRPROTECT =
      STEPS.step("C11", "copy_present_pte", "write-protect the parent's PTE");
  private static final Step SET_CHILD =
      STEPS.step("C12", "copy_present_pte", "store the child's PTE: read-only");
  private static final Step PUT = STEPS.step("C13", "copy_present_pte", "pinned: _refcount - 1");
  private static final Step PROTECT_FIRST =
      STEPS.later(
          "FG70",
          "copy_present_page, as proposed in 2025",
          "pinned: write-protect the parent's PTE");
  private static final Step FLUSH_FIRST =
      STEPS.later(
          "FG71",
          "copy_present_page, as proposed in 2025",
          "flush the TLB, and so wait for accesses of user code");
  private static final Step COPY =
      STEPS.step("C14", "copy_present_page", "pinned: copy the contents, smp_wmb, set PG_uptodate");
  private static final Step SET_COPY =
      STEPS.step("C15", "copy_present_page", "store the child's PTE: the copy, writable");
  private static final Step SRC_UNLOCK =
      STEPS.step("C19", "copy_pte_range", "drop the parent's PT lock");
  private static final Step DST_UNLOCK =
      STEPS.step("C20", "copy_pte_range", "drop the child's PT lock");
  private static final Step SEQ_END =
      STEPS.barrier("C21", "copy_page_range", "smp_wmb, write_protect_seq becomes even", "G2");
  private static final Step FLUSH = STEPS.step("C22", "dup_mmap", "flush the parent's TLB");
  private static final Step MMAP_UNLOCK =
      STEPS.step("C23", "dup_mmap", "drop mmap_lock of the parent");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;
  private final CopyNonpresentPte nonpresent;
  private final CopyHugePmd huge;
  private final PteAlloc pteAlloc;

  /**
   * What the child gets.
   *
   * @param table its page table
   * @param pages the free pages of this CPU, one of which is for a page that is pinned
   */
  public record Child(PageTable table, FreeList pages) {}

  /**
   * Forking under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back a reference
   */
  public Fork(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
    this.nonpresent = new CopyNonpresentPte(kernel, memory);
    this.huge = new CopyHugePmd(kernel, memory, free);
    this.pteAlloc = new PteAlloc(kernel);
  }

  /**
   * Copies the entries of one page table of a private mapping to a child, or the PMD entry above
   * it.
   *
   * @param slot what a swap entry names, if it names no other
   */
  public void dupMmap(Cpu cpu, Mm mm, PageTable table, SwapSlot slot, Child child) {
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    if (kernel.has(SEQ_BEGIN)) {
      cpu.at(SEQ_BEGIN).raw_write_seqcount_begin(mm.writeProtectSeq());
    }
    if (table.size() == 1) {
      copyPteRange(cpu, mm, table, slot, child);
    } else {
      copyPmdRange(cpu, mm, table, slot, child);
    }
    if (kernel.has(SEQ_BEGIN)) {
      cpu.at(SEQ_END).raw_write_seqcount_end(mm.writeProtectSeq());
    }
    arch.flushTlb(cpu.at(FLUSH), mm);
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    cpu.note(FORKED, 0);
  }

  /** copy_pmd_range() of one PMD entry. */
  private void copyPmdRange(Cpu cpu, Mm mm, PageTable table, SwapSlot slot, Child child) {
    long pmd = cpu.at(READ_PMD).read_plain_in_source(table.pmd());
    if (Pte.isHuge(pmd) && huge.copy(cpu, mm, table, child.table())) {
      return;
    }
    if (!Pte.isTable(cpu.at(PMD_TABLE).read_plain_in_source(table.pmd()))) {
      return;
    }
    if (cpu.at(PTE_ALLOC).read_plain_in_source(child.table().pmd()) == 0) {
      pteAlloc.pteAlloc(cpu, child.table());
    }
    copyPteRange(cpu, mm, table, slot, child);
  }

  /** copy_pte_range(): each entry of a table. */
  private void copyPteRange(Cpu cpu, Mm mm, PageTable table, SwapSlot slot, Child child) {
    cpu.at(DST_LOCK).spin_lock(child.table().lock());
    cpu.at(SRC_LOCK).spin_lock(table.lock());
    for (int i = 0; i < table.size(); i++) {
      copyPte(cpu, mm, table.at(i), slot, new Child(child.table().at(i), child.pages()));
    }
    cpu.at(SRC_UNLOCK).spin_unlock(table.lock());
    cpu.at(DST_UNLOCK).spin_unlock(child.table().lock());
  }

  private void copyPte(Cpu cpu, Mm mm, PageTable table, SwapSlot slot, Child child) {
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (pte != 0
        && !Pte.present(pte)
        && nonpresent.copy(cpu, table, pte, named(pte, slot), child.table())) {
      pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    }
    if (Pte.present(pte)) {
      copyPresentPte(cpu, mm, table, pte, child);
    }
  }

  /** The slot that a swap entry names. */
  private SwapSlot named(long pte, SwapSlot slot) {
    return Pte.isSwap(pte) && slot.address() != Pte.address(pte)
        ? memory.object(Pte.address(pte), SwapSlot.class)
        : slot;
  }

  private void copyPresentPte(Cpu cpu, Mm mm, PageTable table, long pte, Child child) {
    Page page = Pte.page(memory, pte);
    if (kernel.state() == KernelState.S0) {
      if (pageNeedsCowForDma(kernel, cpu, mm, page)) {
        copyPresentPage(cpu, mm, table, pte, page, child);
        return;
      }
      Folio.getPage(cpu.at(GET), page);
      cpu.at(DUP_RMAP).atomic_inc(page.mapcount());
    } else {
      Folio.getPage(cpu.at(GET), page);
      if (!pageTryDupAnonRmap(kernel, cpu, mm, page, page.mapcount())) {
        free.putPage(cpu.at(PUT), page);
        copyPresentPage(cpu, mm, table, pte, page, child);
        return;
      }
    }
    if (Pte.writable(pte)) {
      arch.ptepSetWrprotect(cpu.at(WRPROTECT), table, pte);
    }
    cpu.at(SET_CHILD).WRITE_ONCE(child.table().pte(), pte & ~Pte.WRITE);
    cpu.note(SHARED, page.address());
  }

  /**
   * page_try_dup_anon_rmap(): false if the page may be pinned.
   *
   * @param mapcount of the page, or of the whole huge page
   */
  static boolean pageTryDupAnonRmap(Kernel kernel, Cpu cpu, Mm mm, Page page, Word mapcount) {
    int exclusive = PageFlag.anonExclusive(kernel);
    // S1 clears the flag of a page that is not exclusive, too.
    if (kernel.state() == KernelState.S1 || cpu.at(EXCLUSIVE).test_bit(exclusive, page.flags())) {
      if (pageNeedsCowForDma(kernel, cpu, mm, page)) {
        return false;
      }
      cpu.at(CLEAR_EXCLUSIVE).clear_bit(exclusive, page.flags());
    }
    cpu.at(DUP_RMAP).atomic_inc(mapcount);
    return true;
  }

  /** page_needs_cow_for_dma(), with its branches. */
  static boolean pageNeedsCowForDma(Kernel kernel, Cpu cpu, Mm mm, Page page) {
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

  /** copy_present_page(): the child gets a page of its own. */
  private void copyPresentPage(Cpu cpu, Mm mm, PageTable table, long pte, Page page, Child child) {
    if (kernel.adds(PROTECT_FIRST) && Pte.writable(pte)) {
      arch.ptepSetWrprotect(cpu.at(PROTECT_FIRST), table, pte);
      if (kernel.adds(FLUSH_FIRST)) {
        arch.flushTlb(cpu.at(FLUSH_FIRST), mm);
        Tlb.invalidate(cpu, mm);
      }
    }
    Page copy = PageAlloc.allocPage(cpu, child.pages());
    copy.copyFrom(cpu.at(COPY), page);
    cpu.smp_wmb();
    cpu.__set_bit(PG_UPTODATE, copy.flags());
    AnonRmap.pageAddNewAnonRmap(kernel, cpu, copy);
    cpu.at(SET_COPY).WRITE_ONCE(child.table().pte(), Pte.writable(copy));
  }
}
