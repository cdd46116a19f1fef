package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_WAITERS;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * The life of a device-private page: how its driver hands it out, free_devmap_managed_page() (S0,
 * S1) and free_zone_device_page() (S2, S3; mm/memremap.c).
 *
 * <h2>What the count means</h2>
 *
 * <pre>
 *            a free page has   handed out by
 * S0, S1     1 reference       a reference more
 * S2         1 reference       nothing: the count is right (27674ef6c73f)
 * S3         none              zone_device_page_init() (ef233450898f)
 * </pre>
 *
 * <h2>The seed's order</h2>
 *
 * As in free_pages_prepare(): S1 clears PG_anon_exclusive, then wmb, then mapping becomes NULL. S2
 * and S3 clear the flag too, for nobody else does, but need no order: no page of a device is ever a
 * slab page, and what PageSlab() says of one is a lie to its reader and no more.
 *
 * <p>Left out: the pgmap and its reference count, memcg, and what the driver does with the page.
 */
public final class DevicePage {
  public static final Steps STEPS = new Steps("free_zone_device_page");

  private static final Step INIT =
      STEPS.step("MV50", "zone_device_page_init", "hand the page out: its reference");
  private static final Step LOCK_PAGE =
      STEPS.step("MV51", "zone_device_page_init", "lock the page: test and set PG_locked");
  private static final Step CLEAR_WAITERS =
      STEPS.step(
          "MV52",
          "free_devmap_managed_page, S0 and S1",
          "clear PG_waiters, not atomically (bb43b14b5762)");
  private static final Step CHECK =
      STEPS.step("MV53", "free_zone_device_page, S1 to S3", "VM_BUG_ON: anon and compound");
  private static final Step IS_ANON =
      STEPS.step("MV54", "free_zone_device_page, S1 to S3", "PageAnon?");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.hunk(
          "MV55",
          "free_zone_device_page, S1 to S3",
          "anon: clear PG_anon_exclusive, not atomically");
  private static final Step CLEAR_WMB =
      STEPS.hunk("MV56", "free_devmap_managed_page, S1", "anon: wmb, flag before mapping");
  private static final Step CLEAR_MAPPING =
      STEPS.step("MV57", "free_zone_device_page", "mapping becomes NULL");
  private static final Step RESET =
      STEPS.step("MV58", "free_zone_device_page, S2", "_refcount becomes 1 again");

  static {
    STEPS.mayMove(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
  }

  private final Kernel kernel;

  public DevicePage(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The references of a page that its driver has not handed out. */
  public static long referencesWhenFree(KernelState state) {
    return state == KernelState.S3 ? 0 : 1;
  }

  /** The references that a page has beside those that its users know of. */
  public static long extraReferences(KernelState state) {
    return state == KernelState.S0 || state == KernelState.S1 ? 1 : 0;
  }

  /** Hands out a free page, locked. */
  public void init(Cpu cpu, Page page) {
    cpu.at(INIT);
    if (extraReferences(kernel.state()) > 0) {
      cpu.atomic_inc(page.refcount());
    } else if (kernel.state() == KernelState.S3) {
      cpu.atomic_set(page.refcount(), 1);
    }
    cpu.at(LOCK_PAGE).test_and_set_bit_lock(PG_LOCKED, page.flags());
  }

  /** As {@link PageFree#putRefs}; whether the driver has the page back. The caller labels. */
  boolean putRefs(Cpu cpu, Ref<Page> page, long references) {
    long left = cpu.atomic_sub_return(references, page.at(Page::refcount));
    if (left != extraReferences(kernel.state())) {
      return false;
    }
    free(cpu, page.target());
    return true;
  }

  private void clearExclusive(Cpu cpu, Page page) {
    if (kernel.state().hasAnonExclusive()
        && PageTests.pageAnon(cpu.at(IS_ANON), page)
        && kernel.has(CLEAR_EXCLUSIVE)) {
      cpu.at(CLEAR_EXCLUSIVE).__clear_bit(PageFlag.anonExclusive(kernel), page.flags());
      if (kernel.has(CLEAR_WMB)) {
        // Has no partner: PageSlab() has no barrier between T2 and T4.
        cpu.at(CLEAR_WMB).wmb();
      }
    }
  }

  private void free(Cpu cpu, Page page) {
    KernelState state = kernel.state();
    if (state == KernelState.S0 || state == KernelState.S1) {
      cpu.at(CLEAR_WAITERS).__clear_bit(PG_WAITERS, page.flags());
    }
    if (state.hasAnonExclusive()) {
      cpu.at(CHECK);
      boolean isCompound =
          cpu.test_bit(PG_HEAD, page.flags()) || (cpu.READ_ONCE(page.compoundHead()) & 1) != 0;
      cpu.VM_BUG_ON(isCompound && PageTests.pageAnon(cpu, page));
    }
    boolean clearsLate = kernel.moves(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
    if (!clearsLate) {
      clearExclusive(cpu, page);
    }
    cpu.at(CLEAR_MAPPING).write_plain_in_source(page.mapping(), 0);
    if (clearsLate) {
      clearExclusive(cpu, page);
    }
    if (state == KernelState.S2) {
      cpu.at(RESET).atomic_set(page.refcount(), 1);
    }
  }
}
