package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * Pages of the slab allocator: alloc_slab_page() and __free_slab() of an order-0 slab (mm/slub.c),
 * S0 to S3.
 *
 * <p>slab_cache lies over mapping (v5.17 to v6.1). In v6.2 slab_list does (130d4df57390), whose
 * poison looks like a movable page; 8b8817630ae8 prepared isolate_movable_page() for that. Left
 * out: freelist, counters and the list pointers, none of which lies over a word that is modelled,
 * and PG_pfmemalloc.
 */
public final class Slab {
  public static final Steps STEPS = new Steps("slab");

  private static final Step ALLOC_CHECK =
      STEPS.hunk("L1", "__folio_set_slab, S1", "VM_BUG_ON: anon");
  private static final Step SET_SLAB =
      STEPS.step("L2", "__folio_set_slab", "set PG_slab, not atomically");
  private static final Step SET_CACHE =
      STEPS.step("L3", "allocate_slab", "store slab_cache (over mapping)");
  private static final Step SET_SLAB_WMB =
      STEPS.later(
          "L2a",
          "alloc_slab_page, v6.2 (8b8817630ae8)",
          "smp_wmb: the flag before what lies over mapping",
          "IM6");
  private static final Step SLAB_LIST =
      STEPS.later(
          "L3a",
          "remove_partial, v6.2 (130d4df57390)",
          "slab_list.prev, now over mapping, becomes LIST_POISON2");
  private static final Step FREE_CHECK =
      STEPS.hunk("L4", "__folio_clear_slab, S1", "VM_BUG_ON: anon");
  private static final Step CLEAR_SLAB =
      STEPS.step("L5", "__folio_clear_slab", "clear PG_slab, not atomically");
  private static final Step CLEAR_MAPPING =
      STEPS.step("L6", "__free_slab", "mapping becomes NULL; no barrier after L5");
  private static final Step CLEAR_MAPPING_WMB =
      STEPS.barrier(
          "L6a",
          "__free_slab, v6.2 (8b8817630ae8)",
          "smp_wmb: mapping before the flag, which is cleared after it",
          "IM4");
  private static final Step PUT =
      STEPS.step("L7", "__free_pages", "drop the reference: the last one?");

  private static final long SLAB_BITS =
      PageFlag.bit(PageFlag.PG_SLAB) | PageFlag.bit(PageFlag.GHOST_SLAB);

  private final Kernel kernel;

  public Slab(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Turns a free page of this CPU into a slab page. */
  public Page allocSlabPage(Cpu cpu, FreeList pages) {
    Page page = PageAlloc.allocPage(cpu, pages);
    checkNotAnon(cpu, ALLOC_CHECK, page);
    cpu.at(SET_SLAB).or_plain_in_source(page.flags(), SLAB_BITS);
    if (kernel.adds(SET_SLAB_WMB)) {
      // Paired with IM6 of isolate_movable_page().
      cpu.at(SET_SLAB_WMB).smp_wmb();
    }
    if (kernel.adds(SLAB_LIST)) {
      cpu.at(SLAB_LIST).write_plain_in_source(page.mapping(), Page.LIST_POISON2);
    } else {
      cpu.at(SET_CACHE).write_plain_in_source(page.mapping(), Page.KMEM_CACHE);
    }
    return page;
  }

  /**
   * Gives a slab page back to the page allocator.
   *
   * @return whether it went to the free list; someone else may hold a speculative reference
   */
  public boolean freeSlab(Cpu cpu, Page page, PageFree free) {
    checkNotAnon(cpu, FREE_CHECK, page);
    if (kernel.adds(SET_SLAB_WMB)) {
      cpu.at(CLEAR_MAPPING).write_plain_in_source(page.mapping(), 0);
      // Paired with IM4 of isolate_movable_page().
      cpu.at(CLEAR_MAPPING_WMB).smp_wmb();
      cpu.at(CLEAR_SLAB).and_plain_in_source(page.flags(), ~SLAB_BITS);
    } else {
      cpu.at(CLEAR_SLAB).and_plain_in_source(page.flags(), ~SLAB_BITS);
      cpu.at(CLEAR_MAPPING).write_plain_in_source(page.mapping(), 0);
    }
    return cpu.at(PUT).atomic_dec_and_test(page.refcount()) && free.freeUnrefPage(cpu, page);
  }

  private void checkNotAnon(Cpu cpu, Step step, Page page) {
    if (kernel.has(step)) {
      cpu.VM_BUG_ON(PageTests.folioTestAnon(cpu.at(step), Ref.to(page)));
    }
  }
}
