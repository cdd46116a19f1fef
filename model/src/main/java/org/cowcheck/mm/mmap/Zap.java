package org.cowcheck.mm.mmap;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.ReuseLargeFolio;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;

/**
 * zap_pte_range(), with the flush and the put of its mmu_gather (mm/memory.c, mm/mmu_gather.c), and
 * free_swap_and_cache() (mm/swapfile.c), S0 to S3: munmap(), exit, and MADV_DONTNEED, which holds
 * mmap_lock for reading and so runs beside faults. PG_anon_exclusive stays as it is.
 *
 * <p>Left out: mmap_lock and the accessed bit.
 */
public final class Zap {
  public static final Steps STEPS = new Steps("zap_pte_range");

  /** The name of the note of an entry that is cleared; its value is where it is. */
  public static final String ZAPPED = "zapped";

  private static final Step LOCK = STEPS.step("Z1", "zap_pte_range", "take the PT lock");
  private static final Step READ_PTE = STEPS.step("Z2", "zap_pte_range", "load the PTE: present?");
  private static final Step CLEAR_PTE = STEPS.step("Z3", "zap_pte_range", "clear the PTE");
  private static final Step REMOVE_RMAP = STEPS.step("Z4", "page_remove_rmap", "_mapcount - 1");
  private static final Step SWAP_FREE =
      STEPS.step("MZ1", "free_swap_and_cache", "swap entry: swap_map - 1, under its lock");
  private static final Step TRYLOCK =
      STEPS.step("MZ2", "__try_to_reclaim_swap", "no entry left: trylock the slot's page");
  private static final Step MAPPED =
      STEPS.step(
          "MZ3", "__try_to_reclaim_swap", "load _mapcount: not mapped? or is swap space full?");
  private static final Step UNLOCK_PAGE =
      STEPS.step("MZ4", "__try_to_reclaim_swap", "unlock the page: clear PG_locked");
  private static final Step PUT_CACHED =
      STEPS.step("MZ5", "__try_to_reclaim_swap", "drop the reference: the last one?");
  private static final Step CLEAR_SWAP =
      STEPS.step("MZ6", "pte_clear_not_present_full", "swap entry: store the PTE: none");
  private static final Step UNLOCK = STEPS.step("Z5", "zap_pte_range", "drop the PT lock");
  private static final Step FLUSH = STEPS.step("Z6", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("Z7", "tlb_batch_pages_flush", "drop the reference: the last one?");

  private static final Step DEVICE_RMAP =
      STEPS.step("MV40", "page_remove_rmap", "device-private: _mapcount - 1");
  private static final Step DEVICE_PUT =
      STEPS.step(
          "MV41", "zap_pte_range", "device-private or -exclusive: drop the reference of the entry");
  private static final Step CLEAR_NOT_PRESENT =
      STEPS.step("MV42", "pte_clear_not_present_full", "the entry becomes none");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Zapping under a kernel.
   *
   * @param memory knows the pages and slots that entries name
   * @param free frees a page whose last reference is dropped
   */
  public Zap(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Unmaps what an entry maps; whether its page is on the free list now. */
  public boolean zapPteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(pte)) {
      boolean freed = zapNotPresent(cpu, table, pte);
      if (pte != 0) {
        cpu.note(ZAPPED, table.location());
      }
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return freed;
    }
    arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    cpu.note(ZAPPED, table.location());
    Page page = Pte.page(memory, pte);
    ReuseLargeFolio.removePart(kernel, cpu, REMOVE_RMAP, page);
    cpu.at(UNLOCK).spin_unlock(table.lock());
    arch.flushTlb(cpu.at(FLUSH), mm);
    return free.putPage(cpu.at(PUT), page);
  }

  /** What is to be done for an entry that is not present, by its type. */
  private boolean zapNotPresent(Cpu cpu, PageTable table, long pte) {
    if (Pte.isSwap(pte)) {
      boolean freed = freeSwapAndCache(cpu, memory.object(Pte.address(pte), SwapSlot.class));
      cpu.at(CLEAR_SWAP).WRITE_ONCE(table.pte(), 0);
      return freed;
    }
    return zapSpecial(cpu, table, pte);
  }

  /** free_swap_and_cache(): an entry less; without any the page may leave the swap cache. */
  private boolean freeSwapAndCache(Cpu cpu, SwapSlot slot) {
    if (slot.free(cpu.at(SWAP_FREE)) != SwapSlot.HAS_CACHE) {
      return false;
    }
    Page page = SwapCache.lookup(cpu, memory, free, Ref.to(slot)).page();
    if (page == null) {
      return false;
    }
    if (!cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      if (cpu.at(MAPPED).atomic_read(page.mapcount()) < 0 || slot.full()) {
        SwapCache.freeSwap(cpu, page);
      }
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    return free.putPage(cpu.at(PUT_CACHED), page);
  }

  /** A migration entry has no reference, and a poison entry gave its own up when it was made. */
  private boolean zapSpecial(Cpu cpu, PageTable table, long entry) {
    boolean freed = false;
    if (Pte.isDevicePrivate(entry) || Pte.isDeviceExclusive(entry)) {
      Page page = Pte.page(memory, entry);
      if (Pte.isDevicePrivate(entry)) {
        cpu.at(DEVICE_RMAP).atomic_add_negative(-1, page.mapcount());
      }
      freed = free.putPage(cpu.at(DEVICE_PUT), page);
    }
    if (entry != 0) {
      cpu.at(CLEAR_NOT_PRESENT).WRITE_ONCE(table.pte(), 0);
    }
    return freed;
  }
}
