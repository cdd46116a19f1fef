package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;

/**
 * __wp_can_reuse_large_anon_folio() (mm/memory.c) of v6.15 (1da190f4d0a6), which no kernel state
 * has: a write fault may reuse one page of a huge page that PTEs of this mm alone map, if all its
 * references are those of its mappings.
 *
 * <p>A check of DEBUG_VM beside it had the comparison the wrong way round, until 4b7c0857f87a:
 * references may be more than mappings at any time, since GUP-fast takes one before it backs off.
 * The references are compared again after it, as before it.
 *
 * <p>The first look loads mappings and references one after the other. A mapping that goes in
 * between, with its reference, may make up for a reference of somebody else. Mappings come and go
 * under the lock of their counts, and references go later: what the second look finds equal under
 * that lock is equal.
 *
 * <p>Left out: the word that counts the mappings of all pages, for which those of each are added
 * up; the owners by mm (6af8cb80d3a9), so that nobody else may map the page in a scenario; the lock
 * of the counts where a zap is not who changes them; freeing swap space.
 */
public final class ReuseLargeFolio {
  public static final Steps STEPS = new Steps("__wp_can_reuse_large_anon_folio");

  private static final Step FIRST_LOOK =
      STEPS.later(
          "WH30",
          "__wp_can_reuse_large_anon_folio, 1da190f4d0a6",
          "load the counts of mappings, PG_swapcache, _refcount: the same count?");
  private static final Step LOCK =
      STEPS.step("WH31", "folio_lock_large_mapcount", "lock the counts of mappings");
  private static final Step CHECK =
      STEPS.step(
          "WH32",
          "__wp_can_reuse_large_anon_folio, before 4b7c0857f87a",
          "VM_WARN_ON: fewer mappings than references");
  private static final Step RIGHT_CHECK =
      STEPS.later(
          "WH33",
          "__wp_can_reuse_large_anon_folio, 4b7c0857f87a",
          "VM_WARN_ON: more mappings than references");
  private static final Step SECOND_LOOK =
      STEPS.step(
          "WH34",
          "__wp_can_reuse_large_anon_folio",
          "load the counts of mappings and _refcount again: still the same?");
  private static final Step UNLOCK =
      STEPS.step("WH35", "folio_unlock_large_mapcount", "unlock the counts of mappings");

  private static final Step REMOVE_LOCK =
      STEPS.step("WH36", "folio_dec_return_large_mapcount", "lock the counts of mappings");
  private static final Step REMOVE_UNLOCK =
      STEPS.step("WH37", "folio_dec_return_large_mapcount", "unlock the counts of mappings");

  private ReuseLargeFolio() {}

  /** Whether the kernel has it, and the page is part of a huge one. */
  static boolean applies(Kernel kernel, Page page) {
    return kernel.adds(FIRST_LOOK) && page.block().size() > 1;
  }

  /** Whether a page of it may be reused. */
  static boolean mayReuse(Kernel kernel, Cpu cpu, Page folio) {
    PageBlock block = folio.block();
    long mappings = mappings(cpu.at(FIRST_LOOK), block);
    if (mappings <= 1
        || cpu.test_bit(PG_SWAPCACHE, folio.flags())
        || mappings != cpu.atomic_read(folio.refcount())) {
      return false;
    }
    cpu.at(LOCK).spin_lock(block.largeMapcountLock());
    if (kernel.adds(RIGHT_CHECK)) {
      cpu.at(RIGHT_CHECK);
      cpu.VM_BUG_ON(mappings(cpu, block) > cpu.atomic_read(folio.refcount()));
    } else {
      cpu.at(CHECK);
      cpu.VM_BUG_ON(mappings(cpu, block) < cpu.atomic_read(folio.refcount()));
    }
    boolean alone =
        cpu.at(SECOND_LOOK)
            .recheck(() -> mappings(cpu, block) == cpu.atomic_read(folio.refcount()));
    cpu.at(UNLOCK).spin_unlock(block.largeMapcountLock());
    return alone;
  }

  /**
   * page_remove_rmap() of a page that a PTE mapped, as a kernel does it that has this.
   *
   * @param step the caller's, of the count of mappings
   */
  public static void removePart(Kernel kernel, Cpu cpu, Step step, Page page) {
    boolean locks = applies(kernel, page);
    if (locks) {
      cpu.at(REMOVE_LOCK).spin_lock(page.block().largeMapcountLock());
    }
    boolean last = CompoundRmap.isLastOfPart(cpu.at(step), page);
    if (locks) {
      cpu.at(REMOVE_UNLOCK).spin_unlock(page.block().largeMapcountLock());
    }
    if (last) {
      CompoundRmap.queue(cpu, page);
    }
  }

  private static long mappings(Cpu cpu, PageBlock block) {
    long mappings = 0;
    for (Page part : block.pages()) {
      mappings += cpu.atomic_read(part.mapcount()) + 1;
    }
    return mappings;
  }
}
