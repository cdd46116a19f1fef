package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * Pages of the slab allocator: alloc_slab_page() and __free_slab() of an order-0 slab (mm/slub.c),
 * S0 to S3.
 *
 * <p>slab_cache lies over mapping (v5.17 to v6.1). Left out: freelist, counters and the list
 * pointers, none of which lies over a word that is modelled, and PG_pfmemalloc.
 */
public final class Slab {
  public static final Steps STEPS = new Steps("slab");

  private static final Step ALLOC_CHECK =
      STEPS.step("L1", "__folio_set_slab, S1", "VM_BUG_ON: anon");
  private static final Step SET_SLAB =
      STEPS.step("L2", "__folio_set_slab", "set PG_slab, not atomically");
  private static final Step SET_CACHE =
      STEPS.step("L3", "allocate_slab", "store slab_cache (over mapping)");
  private static final Step FREE_CHECK =
      STEPS.step("L4", "__folio_clear_slab, S1", "VM_BUG_ON: anon");
  private static final Step CLEAR_SLAB =
      STEPS.step("L5", "__folio_clear_slab", "clear PG_slab, not atomically");
  private static final Step CLEAR_MAPPING =
      STEPS.step("L6", "__free_slab", "mapping becomes NULL; no barrier after L5");
  private static final Step PUT =
      STEPS.step("L7", "__free_pages", "drop the reference: the last one?");

  private static final long SLAB_BITS =
      PageFlag.bit(PageFlag.PG_SLAB) | PageFlag.bit(PageFlag.GHOST_SLAB);

  private final Kernel kernel;

  public Slab(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Turns a free page of this CPU into a slab page. */
  public void allocSlabPage(Cpu cpu, FreeList pages) {
    Page page = PageAlloc.allocPage(cpu, pages);
    checkNotAnon(cpu, ALLOC_CHECK, page);
    cpu.at(SET_SLAB).or_plain_in_source(page.flags(), SLAB_BITS);
    cpu.at(SET_CACHE).write_plain_in_source(page.mapping(), Page.KMEM_CACHE);
  }

  /**
   * Gives a slab page back to the page allocator.
   *
   * @return whether it went to the free list; someone else may hold a speculative reference
   */
  public boolean freeSlab(Cpu cpu, Page page, PageFree free) {
    checkNotAnon(cpu, FREE_CHECK, page);
    cpu.at(CLEAR_SLAB).and_plain_in_source(page.flags(), ~SLAB_BITS);
    cpu.at(CLEAR_MAPPING).write_plain_in_source(page.mapping(), 0);
    return cpu.at(PUT).atomic_dec_and_test(page.refcount()) && free.freeUnrefPage(cpu, page);
  }

  private void checkNotAnon(Cpu cpu, Step step, Page page) {
    if (kernel.state().aliasesSlab()) {
      cpu.VM_BUG_ON(PageTests.folioTestAnon(cpu.at(step), Ref.to(page)));
    }
  }
}
