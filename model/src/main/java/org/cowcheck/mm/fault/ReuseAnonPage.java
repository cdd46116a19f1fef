package org.cowcheck.mm.fault;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * How do_wp_page() (mm/memory.c), under the PT lock, decides whether an anonymous page may be
 * reused instead of copied, S0 to S3; later kernels call it wp_can_reuse_anon_folio().
 *
 * <p>S0 asks only how many references the page has, and a pin is one: a pinned page is copied, and
 * page table and pin diverge. S1 to S3 reuse an exclusive page whatever its references. Until
 * 09854ba94c6a (v5.9) the mappings were counted instead of the references: what S0 does without the
 * hunk of W4.
 *
 * <p>Left out: that draining LRU batches (W4a) drops references, for no page is in a batch here;
 * KSM's reuse of its own pages and sleeping on the page lock before v5.9.
 */
public final class ReuseAnonPage {
  public static final Steps STEPS = new Steps("wp_can_reuse_anon_folio");

  private static final Step EXCLUSIVE =
      STEPS.step("W3", "do_wp_page, S1 to S3", "load flags: PG_anon_exclusive? then reuse");
  private static final Step COUNT =
      STEPS.hunk(
          "W4",
          "do_wp_page",
          "load mapping, _refcount: KSM, or more than 3 (S0: 1) references? then copy");
  private static final Step ON_LRU =
      STEPS.step("W4a", "do_wp_page, S1 to S3", "load flags: PG_lru? else lru_add_drain()");
  private static final Step COUNT_WITH_CACHE =
      STEPS.step(
          "W4b",
          "do_wp_page, S1 to S3",
          "load _refcount, flags: more than the entry and the swap cache? then copy");
  private static final Step TRYLOCK =
      STEPS.step("W5", "do_wp_page", "trylock the page: test and set PG_locked");
  private static final Step IN_CACHE =
      STEPS.step(
          "W5a", "do_wp_page, S1 to S3", "load flags: PG_swapcache? then try to free the slot");
  private static final Step COUNT_AGAIN =
      STEPS.step(
          "W6",
          "do_wp_page",
          "with the page locked: load mapping and _refcount again (S0: _mapcount too)");
  private static final Step MAPCOUNT =
      STEPS.step(
          "W6a",
          "reuse_swap_page, before 09854ba94c6a",
          "with the page locked: load mapping, _mapcount, flags, swap_map: one entry? then reuse");
  private static final Step MAPPING =
      STEPS.step("W7", "page_move_anon_rmap, S1 to S3", "store mapping");
  private static final Step SET_EXCLUSIVE =
      STEPS.step("W8", "page_move_anon_rmap, S1 to S3", "set PG_anon_exclusive, atomically");
  private static final Step UNLOCK_PAGE =
      STEPS.step("W9", "do_wp_page", "unlock the page: clear PG_locked");

  private final Kernel kernel;

  ReuseAnonPage(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Whether the page may be reused; S1 to S3 make it exclusive, if so. */
  boolean mayReuse(Cpu cpu, Page page) {
    KernelState state = kernel.state();
    if (state == KernelState.S0) {
      return kernel.has(COUNT) ? mayReuseByCount(cpu, page) : mayReuseByMapcount(cpu, page);
    }
    if (cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel), page.flags())) {
      return true;
    }
    Page folio = Folio.of(cpu.at(COUNT), page);
    if (ReuseLargeFolio.applies(kernel, folio)) {
      boolean reuses = ReuseLargeFolio.mayReuse(kernel, cpu, folio);
      if (reuses) {
        cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), page.flags());
      }
      return reuses;
    }
    if (PageTests.folioTestKsm(cpu, folio) || cpu.atomic_read(folio.refcount()) > 3) {
      return false;
    }
    cpu.at(ON_LRU).test_bit(PG_LRU, folio.flags());
    if (cpu.at(COUNT_WITH_CACHE).atomic_read(folio.refcount())
            > (cpu.test_bit(PG_SWAPCACHE, folio.flags()) ? 2 : 1)
        || cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, folio.flags())) {
      return false;
    }
    if (cpu.at(IN_CACHE).test_bit(PG_SWAPCACHE, folio.flags())) {
      SwapCache.freeSwap(cpu, folio);
    }
    boolean alone =
        cpu.at(COUNT_AGAIN)
            .recheck(
                () ->
                    !PageTests.folioTestKsm(cpu, folio) && cpu.atomic_read(folio.refcount()) == 1);
    if (alone) {
      cpu.at(MAPPING).WRITE_ONCE(folio.mapping(), Page.ANON_VMA);
      cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), page.flags());
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, folio.flags());
    return alone;
  }

  /** S0, since 09854ba94c6a (v5.9). */
  private boolean mayReuseByCount(Cpu cpu, Page page) {
    Page folio = Folio.of(cpu.at(COUNT), page);
    if (PageTests.folioTestKsm(cpu, folio)
        || cpu.atomic_read(folio.refcount()) != 1
        || cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, folio.flags())) {
      return false;
    }
    boolean alone =
        cpu.at(COUNT_AGAIN)
            .recheck(
                () ->
                    !PageTests.folioTestKsm(cpu, folio)
                        && cpu.atomic_read(page.mapcount()) == 0
                        && cpu.atomic_read(folio.refcount()) == 1);
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, folio.flags());
    return alone;
  }

  /** Before 09854ba94c6a: mappings and swap entries count, references do not. */
  private boolean mayReuseByMapcount(Cpu cpu, Page page) {
    Page folio = Folio.of(cpu.at(TRYLOCK), page);
    if (cpu.test_and_set_bit_lock(PG_LOCKED, folio.flags())) {
      return false;
    }
    boolean alone = !PageTests.folioTestKsm(cpu.at(MAPCOUNT), folio) && isMappedOnce(cpu, folio);
    if (alone && cpu.test_bit(PG_SWAPCACHE, folio.flags())) {
      SwapCache.freeSwap(cpu, folio);
      alone = !cpu.at(MAPCOUNT).test_bit(PG_SWAPCACHE, folio.flags());
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, folio.flags());
    return alone;
  }

  private static boolean isMappedOnce(Cpu cpu, Page folio) {
    return folio.block().size() > 1
        ? CompoundRmap.mostMappings(cpu, folio) <= 1
        : cpu.atomic_read(folio.mapcount()) == 0;
  }
}
