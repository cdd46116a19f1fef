package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OrigPte;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;

/**
 * do_wp_page(), wp_page_reuse() and wp_page_copy() of a small page in a private mapping
 * (mm/memory.c), S0 to S3: a write to a present entry that is not writable, or FAULT_FLAG_UNSHARE.
 *
 * <p>Which pages are reused, and which copied, {@link ReuseAnonPage} decides.
 *
 * <p>Left out: userfaultfd, but that it is not written to a page that it protects; the zero page;
 * MMU notifiers.
 */
public final class WriteFault {
  public static final Steps STEPS = new Steps("do_wp_page");

  /** The name of the note of a page that is to be copied; its value is the address of the page. */
  public static final String COPIED = "copied";

  /** The name of the note of a copy made by an unshare; its value is the address of the copy. */
  public static final String UNSHARED = "unshared";

  private static final Step LOCK = STEPS.step("W1", "handle_pte_fault", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("W2", "handle_pte_fault", "load the PTE: present, not writable?");
  private static final Step IS_ANON =
      STEPS.step("W2a", "do_wp_page", "load compound_head and mapping: PageAnon?");
  private static final Step REUSE_BUG =
      STEPS.step(
          "W9a", "wp_page_reuse, S1 to S3, DEBUG_VM", "PageAnon: VM_BUG_ON without the flag");
  private static final Step REUSE =
      STEPS.step(
          "W10",
          "wp_page_reuse",
          "store the PTE: dirty, writable if the mapping is; flush the TLB if not x86");
  private static final Step UNLOCK = STEPS.step("W11", "do_wp_page", "drop the PT lock");
  private static final Step GET = STEPS.step("W12", "do_wp_page", "to copy: _refcount + 1");
  private static final Step COPY =
      STEPS.step("W13", "wp_page_copy", "copy the contents, smp_wmb, set PG_uptodate");
  private static final Step COPY_LOCK = STEPS.step("W14", "wp_page_copy", "take the PT lock");
  private static final Step SAME =
      STEPS.step("W15", "wp_page_copy", "load the PTE: still the same?");
  private static final Step CLEAR_PTE =
      STEPS.step("W16", "ptep_clear_flush", "clear the PTE, flush the TLB");
  private static final Step ENTRY =
      STEPS.hunk("W16a", "wp_page_copy, S1 to S3", "unshare: BUG_ON if the new PTE is writable");
  private static final Step SET_PTE = STEPS.step("W17", "wp_page_copy", "store the PTE: the copy");
  private static final Step REMOVE_RMAP =
      STEPS.step("W18", "page_remove_rmap", "_mapcount of the old page - 1");
  private static final Step COPY_UNLOCK = STEPS.step("W19", "wp_page_copy", "drop the PT lock");
  private static final Step FREE_CACHE =
      STEPS.step(
          "W19a",
          "free_swap_cache",
          "copied: load flags and _mapcount: in the swap cache, unmapped? trylock the page");
  private static final Step FREED_CACHE =
      STEPS.step("W19b", "free_swap_cache", "unlock the page: clear PG_locked");
  private static final Step PUT =
      STEPS.step("W20", "wp_page_copy", "drop the references of the page that is not used");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;
  private final ReuseAnonPage reuse;

  /**
   * Write faults under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public WriteFault(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
    this.reuse = new ReuseAnonPage(kernel);
  }

  /**
   * Handles a fault in anonymous memory.
   *
   * @param unshare FAULT_FLAG_UNSHARE: the page is to become exclusive, not writable
   * @param pages the free pages of this CPU
   */
  public void doWpPage(Cpu cpu, Mm mm, PageTable table, boolean unshare, FreeList pages) {
    doWpPage(cpu, mm, Vma.ANON, table, unshare, pages);
  }

  /**
   * Handles a fault.
   *
   * @param unshare FAULT_FLAG_UNSHARE: the page is to become exclusive, not writable
   * @param pages the free pages of this CPU
   * @return VM_FAULT_WRITE: the entry maps a page that may be written to, though the entry does not
   *     say so if the mapping does not permit it
   */
  boolean doWpPage(Cpu cpu, Mm mm, Vma vma, PageTable table, boolean unshare, FreeList pages) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    return doWpPageLocked(cpu, mm, vma, table, pte, unshare, pages);
  }

  /**
   * The same, after a load of the entry without the lock: handle_pte_fault().
   *
   * @param entry what was loaded; if it has changed, nothing is done
   */
  boolean handlePte(
      Cpu cpu, Mm mm, Vma vma, PageTable table, OrigPte entry, boolean unshare, FreeList pages) {
    cpu.at(LOCK).spin_lock(table.lock());
    if (!cpu.at(READ_PTE).recheck(table.pte(), entry.value())) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return false;
    }
    return doWpPageLocked(cpu, mm, vma, table, entry.value(), unshare, pages);
  }

  private boolean doWpPageLocked(
      Cpu cpu, Mm mm, Vma vma, PageTable table, long pte, boolean unshare, FreeList pages) {
    boolean waitsForUser = !unshare && (pte & Pte.UFFD_WP) != 0;
    if (!Pte.present(pte) || Pte.writable(pte) || waitsForUser) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return false;
    }
    Page page = Pte.page(memory, pte);
    boolean anon = PageTests.pageAnon(cpu.at(IS_ANON), page);
    boolean reuses = anon && reuse.mayReuse(cpu, page);
    if (!reuses && (anon || !unshare)) {
      Folio.getPage(cpu.at(GET), page);
      cpu.note(COPIED, page.address());
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return wpPageCopy(cpu, mm, vma, table, pte, unshare, page, pages);
    }
    if (!unshare) {
      wpPageReuse(cpu, mm, vma, table, pte, page);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return !unshare;
  }

  private void wpPageReuse(Cpu cpu, Mm mm, Vma vma, PageTable table, long pte, Page page) {
    if (kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(
          PageTests.pageAnon(cpu.at(REUSE_BUG), page)
              && !cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags()));
    }
    long entry = vma.maybeMkwrite(pte | Pte.DIRTY);
    if (entry != pte) {
      arch.ptepSetAccessFlags(cpu.at(REUSE), mm, table, entry);
    }
  }

  private boolean wpPageCopy(
      Cpu cpu,
      Mm mm,
      Vma vma,
      PageTable table,
      long pte,
      boolean unshare,
      Page old,
      FreeList pages) {
    Page copy = PageAlloc.allocPage(cpu, pages);
    copy.copyFrom(cpu.at(COPY), old);
    cpu.smp_wmb();
    cpu.__set_bit(PG_UPTODATE, copy.flags());
    cpu.at(COPY_LOCK).spin_lock(table.lock());
    boolean copied = cpu.at(SAME).recheck(table.pte(), pte);
    if (copied) {
      arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      arch.flushTlb(cpu, mm);
      AnonRmap.pageAddNewAnonRmap(kernel, cpu, copy);
      long entry = newEntry(vma, pte, copy, unshare);
      cpu.at(ENTRY).VM_BUG_ON(unshare && Pte.writable(entry));
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), entry);
      if (unshare) {
        cpu.note(UNSHARED, copy.address());
      }
      CompoundRmap.removePart(cpu.at(REMOVE_RMAP), old);
    }
    free.putPage(cpu.at(PUT), copied ? old : copy);
    cpu.at(COPY_UNLOCK).spin_unlock(table.lock());
    if (copied) {
      freeSwapCache(cpu, old);
    }
    free.putPage(cpu.at(PUT), old);
    return copied && !unshare;
  }

  /** The entry of the copy: not writable if it is for an unshare. */
  private long newEntry(Vma vma, long pte, Page copy, boolean unshare) {
    if (unshare && kernel.has(ENTRY)) {
      return Pte.readOnly(copy) | (pte & Pte.UFFD_WP);
    }
    return vma.maybeMkwrite(Pte.readOnly(copy) | Pte.DIRTY);
  }

  /** free_swap_cache(): a page that was copied may be in the swap cache for nobody. */
  private void freeSwapCache(Cpu cpu, Page page) {
    if (cpu.at(FREE_CACHE).test_bit(PG_SWAPCACHE, page.flags())
        && cpu.atomic_read(page.mapcount()) < 0
        && !cpu.test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      SwapCache.freeSwap(cpu, page);
      cpu.at(FREED_CACHE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
  }
}
