package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * isolate_movable_page() up to the call through mapping (mm/migrate.c), S0 to S3 and, with the hunk
 * of 8b8817630ae8, v6.2: the upstream answer to a flag and a mapping in two words. It looks at the
 * flag, at mapping, and at the flag again, with smp_rmb() between, under a reference.
 *
 * <p>Left out: what becomes of a page that is movable, which no page here is.
 */
public final class IsolateMovablePage {
  public static final Steps STEPS = new Steps("isolate_movable_page");

  private static final Step GET =
      STEPS.step("IM1", "isolate_movable_page", "_refcount + 1 unless it is 0");
  private static final Step SKIP_SLAB =
      STEPS.later("IM3", "isolate_movable_page, v6.2 (8b8817630ae8)", "PageSlab? then leave it");
  private static final Step SLAB_RMB =
      STEPS.barrier(
          "IM4",
          "isolate_movable_page, v6.2 (8b8817630ae8)",
          "smp_rmb: the flag before mapping",
          "L6a");
  private static final Step MOVABLE =
      STEPS.step("IM5", "__PageMovable", "load mapping: the type bits of a movable page?");
  private static final Step MOVABLE_RMB =
      STEPS.barrier(
          "IM6",
          "isolate_movable_page, v6.2 (8b8817630ae8)",
          "smp_rmb: mapping before the flag",
          "L2a");
  private static final Step SKIP_SLAB_AGAIN =
      STEPS.step("IM7", "isolate_movable_page, v6.2 (8b8817630ae8)", "PageSlab now? then leave it");
  private static final Step TRYLOCK =
      STEPS.step("IM8", "isolate_movable_page", "trylock the page: test and set PG_locked");
  private static final Step MOVABLE_AGAIN =
      STEPS.step("IM9", "PageMovable", "with the page locked: load mapping, and what it points to");
  private static final Step UNLOCK =
      STEPS.step("IM10", "isolate_movable_page", "unlock the page: clear PG_locked");

  private final Kernel kernel;
  private final PageFree free;

  /**
   * Isolating under a kernel.
   *
   * @param free takes back the reference
   */
  public IsolateMovablePage(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /** Whether it follows mapping to the operations of a movable page. */
  public boolean isolate(Cpu cpu, Page page) {
    if (!cpu.at(GET).atomic_inc_not_zero(page.refcount())) {
      return false;
    }
    boolean followed =
        looksMovable(cpu, page)
            && !cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())
            && followMapping(cpu, page);
    free.putPage(cpu, page);
    return followed;
  }

  private boolean looksMovable(Cpu cpu, Page page) {
    boolean skips = kernel.adds(SKIP_SLAB);
    if (skips) {
      if (PageTests.pageSlab(kernel, cpu.at(SKIP_SLAB), page)) {
        return false;
      }
      // Paired with L6a of __free_slab().
      cpu.at(SLAB_RMB).smp_rmb();
    }
    if (!isMovable(cpu.at(MOVABLE), page)) {
      return false;
    }
    if (skips) {
      // Paired with L2a of alloc_slab_page().
      cpu.at(MOVABLE_RMB).smp_rmb();
      return cpu.at(SKIP_SLAB_AGAIN).recheck(() -> !PageTests.pageSlab(kernel, cpu, page));
    }
    return true;
  }

  private static boolean followMapping(Cpu cpu, Page page) {
    boolean followed = isMovable(cpu.at(MOVABLE_AGAIN), page);
    cpu.at(UNLOCK).clear_bit_unlock(PG_LOCKED, page.flags());
    return followed;
  }

  /** __PageMovable(): the type bits of mapping (plain in source). The caller labels the step. */
  private static boolean isMovable(Cpu cpu, Page page) {
    return (cpu.read_plain_in_source(page.mapping()) & Page.MAPPING_FLAGS) == Page.MAPPING_MOVABLE;
  }
}
