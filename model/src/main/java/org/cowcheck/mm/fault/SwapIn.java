package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.PG_WRITEBACK;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.OrigPte;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.mm.swap.SwapRead;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * do_swap_page() of a small page (mm/memory.c), S0 to S3; the reads that it asks for are in {@link
 * SwapRead}.
 *
 * <h2>Who owns the page</h2>
 *
 * S2 and S3 bring exclusivity back from the entry, unless the page is being written to a device
 * that needs stable pages. S1 asks the reference count, with which any reference beside its own
 * makes the page shared. S0 remembers nothing, and asks on a write fault how often page and slot
 * are mapped (reuse_swap_page()).
 *
 * <h2>Without the swap cache</h2>
 *
 * A slot of a synchronous device that has one entry is read into a page of its own, which nobody
 * else finds. Two faults on one entry read two pages; pte_same() decides, and it cannot tell an
 * entry from one that was used again meanwhile. 13ddaf26be32 has SWAP_HAS_CACHE set meanwhile.
 *
 * <p>Left out: mmap_lock; KSM's copy for a page of another anon_vma; poisoned pages; entries of
 * other types. Where the kernel waits, for a page lock or for a slot that somebody else reads, the
 * fault {@link Done#WAITS}. do_wp_page() after a write fault takes the PT lock anew, as a second
 * fault would.
 */
public final class SwapIn {
  public static final Steps STEPS = new Steps("do_swap_page");

  private static final Step READ_ENTRY =
      STEPS.step("I1", "handle_pte_fault", "load the PTE: a swap entry?");
  private static final Step ENTRIES =
      STEPS.step("I2c", "__swap_count", "synchronous device: load swap_map: one entry?");
  private static final Step PREPARE =
      STEPS.later(
          "I2d",
          "swapcache_prepare (13ddaf26be32)",
          "set SWAP_HAS_CACHE under its lock, unless it is");
  private static final Step LOCK_PAGE =
      STEPS.step("I3", "lock_page_or_retry", "lock the page: test and set PG_locked");
  private static final Step STILL_CACHED =
      STEPS.step("I3a", "do_swap_page", "load flags, slot: still this slot's page?");
  private static final Step LOCK = STEPS.step("I4", "do_swap_page", "take the PT lock");
  private static final Step SAME =
      STEPS.step("I5", "do_swap_page", "load the PTE: still the same?");
  private static final Step UPTODATE =
      STEPS.step("I6", "do_swap_page", "load flags: PG_uptodate? then smp_rmb");
  private static final Step BUG_ON =
      STEPS.step("I7", "do_swap_page, S2 and S3", "BUG_ON: PG_anon_exclusive in the swap cache");
  private static final Step IS_KSM =
      STEPS.step("I7d", "do_swap_page", "load mapping: PageKsm? then never exclusive");
  private static final Step STABLE =
      STEPS.hunk(
          "I7a",
          "do_swap_page, S2 and S3",
          "exclusive entry, device needs stable pages: PG_writeback? then not exclusive");
  private static final Step REUSE =
      STEPS.step(
          "I7b", "reuse_swap_page, S0", "write fault: load _mapcount, swap_map: only this entry?");
  private static final Step REUSE_CACHED =
      STEPS.step("I7c", "reuse_swap_page, S0", "load flags: PG_swapcache, PG_writeback?");
  private static final Step SWAP_FREE =
      STEPS.step("I8", "swap_free", "swap_map - 1, under its lock");
  private static final Step MAY_FREE =
      STEPS.step(
          "I8a",
          "should_try_to_free_swap",
          "load flags: PG_swapcache? write fault, S1 to S3: load _refcount: nobody else?");
  private static final Step COUNT =
      STEPS.step("I9", "do_swap_page, S1 to S3", "load _refcount: nobody else?");
  private static final Step CHECK =
      STEPS.step(
          "I11a",
          "do_swap_page, S2 and S3",
          "VM_BUG_ON: not anon, or writable without PG_anon_exclusive");
  private static final Step SET_PTE =
      STEPS.step("I12", "do_swap_page", "store the PTE: present, writable if it may be");
  private static final Step UNLOCK_PAGE =
      STEPS.step("I13", "do_swap_page", "unlock the page: clear PG_locked");
  private static final Step UNLOCK = STEPS.step("I14", "do_swap_page", "drop the PT lock");
  private static final Step PUT =
      STEPS.step("I15", "do_swap_page", "somebody was faster: drop the reference");
  private static final Step CLEAR =
      STEPS.step("I16", "swapcache_clear (13ddaf26be32)", "clear SWAP_HAS_CACHE under its lock");

  /** What becomes of a fault. */
  public enum Done {
    /** It mapped a page. */
    MAPPED,
    /** The entry or the page has changed: the access is to be tried again. */
    NOTHING,
    /** As NOTHING, but the kernel waits first until somebody else is done (VM_FAULT_RETRY). */
    WAITS
  }

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;
  private final WriteFault writeFault;

  /**
   * Swapping in under a kernel.
   *
   * @param memory knows the pages that the swap cache names
   * @param free takes back a reference
   */
  public SwapIn(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
    this.writeFault = new WriteFault(kernel, memory, free);
  }

  /**
   * Handles a read fault on an entry whose page is in the swap cache.
   *
   * @return whether it mapped the page
   */
  public boolean doSwapPage(Cpu cpu, PageTable table) {
    OrigPte entry = OrigPte.load(cpu.at(READ_ENTRY), table.pte());
    return Pte.isSwap(entry.value())
        && doSwapPage(cpu, table, entry, false, FreeList.of()).done == Done.MAPPED;
  }

  /**
   * Handles a fault.
   *
   * @param write FAULT_FLAG_WRITE
   * @param pages the free pages of this CPU
   */
  public Done doSwapPage(Cpu cpu, Mm mm, PageTable table, boolean write, FreeList pages) {
    OrigPte entry = OrigPte.load(cpu.at(READ_ENTRY), table.pte());
    return Pte.isSwap(entry.value())
        ? doSwapPage(cpu, mm, table, entry, write, pages)
        : Done.NOTHING;
  }

  /** The same, of an entry that has been loaded. */
  Done doSwapPage(Cpu cpu, Mm mm, PageTable table, OrigPte entry, boolean write, FreeList pages) {
    Mapped mapped = doSwapPage(cpu, table, entry, write, pages);
    if (mapped.done == Done.MAPPED && write && !Pte.writable(mapped.pte)) {
      writeFault.doWpPage(cpu, mm, table, false, pages);
    }
    return mapped.done;
  }

  /**
   * What became of a fault.
   *
   * @param pte the entry that was stored, if one was
   */
  private record Mapped(Done done, long pte) {
    static final Mapped NOTHING = new Mapped(Done.NOTHING, 0);
    static final Mapped WAITS = new Mapped(Done.WAITS, 0);
  }

  private Mapped doSwapPage(Cpu cpu, PageTable table, OrigPte read, boolean write, FreeList pages) {
    long entry = read.value();
    SwapSlot slot = memory.object(Pte.address(entry), SwapSlot.class);
    SwapCache.Found found = SwapCache.lookup(cpu, memory, free, read.to(slot));
    return switch (found.seen()) {
      case PAGE -> lockAndMap(cpu, table, slot, new Source(found.page(), true), entry, write);
      case NONE -> readAndMap(cpu, table, slot, entry, write, pages);
      case GOING -> Mapped.WAITS;
      case CHANGED -> Mapped.NOTHING;
    };
  }

  private Mapped readAndMap(
      Cpu cpu, PageTable table, SwapSlot slot, long entry, boolean write, FreeList pages) {
    boolean fresh = slot.device().isSynchronous() && slot.countNow(cpu.at(ENTRIES)) == 1;
    boolean guarded = fresh && kernel.adds(PREPARE);
    if (guarded && !slot.prepareCache(cpu.at(PREPARE))) {
      return Mapped.WAITS;
    }
    Page page = fresh ? SwapRead.fresh(cpu, slot, pages) : SwapRead.ahead(cpu, slot, free, pages);
    Mapped mapped =
        page == null
            ? Mapped.WAITS
            : lockAndMap(cpu, table, slot, new Source(page, !fresh), entry, write);
    if (guarded) {
      slot.clearCache(cpu.at(CLEAR));
    }
    return mapped;
  }

  /**
   * Where the page comes from.
   *
   * @param cached from the swap cache; else it is a fresh page that nobody else finds
   */
  private record Source(Page page, boolean cached) {}

  private Mapped lockAndMap(
      Cpu cpu, PageTable table, SwapSlot slot, Source source, long entry, boolean write) {
    Page page = source.page();
    if (cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT), page);
      return Mapped.WAITS;
    }
    if (source.cached() && !cpu.at(STILL_CACHED).recheck(() -> SwapCache.has(cpu, slot, page))) {
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
      free.putPage(cpu.at(PUT), page);
      return Mapped.NOTHING;
    }
    cpu.at(LOCK).spin_lock(table.lock());
    boolean mappable =
        cpu.at(SAME).recheck(table.pte(), entry)
            && cpu.at(UPTODATE).test_bit(PG_UPTODATE, page.flags());
    if (!mappable) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
      free.putPage(cpu.at(PUT), page);
      return Mapped.NOTHING;
    }
    cpu.smp_rmb();
    long mapped =
        kernel.state() == KernelState.S0
            ? mapS0(cpu, table, slot, page, entry, write)
            : map(cpu, table, slot, source, entry, write);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return new Mapped(Done.MAPPED, mapped);
  }

  /** S0 stores the PTE, then counts the mapping, then frees the entry. */
  private long mapS0(
      Cpu cpu, PageTable table, SwapSlot slot, Page page, long entry, boolean write) {
    long pte = present(page, entry, write && reuseSwapPage(cpu, page, slot));
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, false);
    slot.free(cpu.at(SWAP_FREE));
    if (slot.full()) {
      SwapCache.freeSwap(cpu, page);
    }
    return pte;
  }

  private long map(
      Cpu cpu, PageTable table, SwapSlot slot, Source source, long entry, boolean write) {
    Page page = source.page();
    boolean keepsExclusive = kernel.state() != KernelState.S1;
    if (keepsExclusive) {
      cpu.VM_BUG_ON(cpu.at(BUG_ON).test_bit(PageFlag.anonExclusive(kernel), page.flags()));
    }
    boolean ksm = PageTests.folioTestKsm(cpu.at(IS_KSM), page);
    boolean certain =
        !ksm && (!source.cached() || (keepsExclusive && isExclusive(cpu, slot, page, entry)));
    slot.free(cpu.at(SWAP_FREE));
    if (shouldTryToFreeSwap(cpu, slot, page, write && !ksm)) {
      SwapCache.freeSwap(cpu, page);
    }
    boolean exclusive = !ksm && (certain || cpu.at(COUNT).atomic_read(page.refcount()) == 1);
    long pte = present(page, entry, exclusive && write);
    AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, exclusive);
    if (keepsExclusive) {
      boolean isAnon = PageTests.pageAnon(cpu.at(CHECK), page);
      cpu.VM_BUG_ON(
          !isAnon
              || (Pte.writable(pte)
                  && !cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags())));
    }
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    return pte;
  }

  /** pte_swp_exclusive(), and no device that needs the page as it is now. */
  private boolean isExclusive(Cpu cpu, SwapSlot slot, Page page, long entry) {
    return Pte.swapExclusive(entry)
        && !(kernel.has(STABLE)
            && cpu.at(STABLE).test_bit(PG_WRITEBACK, page.flags())
            && slot.device().needsStableWrites());
  }

  private static boolean shouldTryToFreeSwap(Cpu cpu, SwapSlot slot, Page page, boolean write) {
    return cpu.at(MAY_FREE).test_bit(PG_SWAPCACHE, page.flags())
        && (slot.full() || (write && cpu.atomic_read(page.refcount()) == 2));
  }

  /** reuse_swap_page(): whether page and slot are mapped once together, by this entry. */
  private static boolean reuseSwapPage(Cpu cpu, Page page, SwapSlot slot) {
    if (PageTests.folioTestKsm(cpu.at(IS_KSM), page)) {
      return false;
    }
    boolean cached = cpu.at(REUSE).test_bit(PG_SWAPCACHE, page.flags());
    long mappings = cpu.atomic_read(page.mapcount()) + 1;
    if (mappings + (cached ? slot.lockedCount(cpu) : 0) > 1) {
      return false;
    }
    if (cpu.at(REUSE_CACHED).test_bit(PG_SWAPCACHE, page.flags())) {
      if (cpu.test_bit(PG_WRITEBACK, page.flags())) {
        return !slot.device().needsStableWrites();
      }
      SwapCache.delete(cpu, page, slot);
    }
    return true;
  }

  private static long present(Page page, long entry, boolean writable) {
    long pte = Pte.readOnly(page) | (writable ? Pte.WRITE | Pte.DIRTY : 0);
    return (entry & Pte.UFFD_WP) == 0 ? pte : (pte | Pte.UFFD_WP) & ~Pte.WRITE;
  }
}
