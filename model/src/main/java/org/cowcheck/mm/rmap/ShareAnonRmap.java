package org.cowcheck.mm.rmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * page_try_share_anon_rmap() and page_maybe_dma_pinned() (include/linux/rmap.h,
 * include/linux/mm.h), S1 to S3: an exclusive page may be shared from here on, unless it is pinned.
 *
 * <p>The caller holds the PT lock and has cleared the entry (A1). Until v6.1 the order against
 * GUP-fast was left to the flush of the caller.
 *
 * <p>Device-private pages cannot be pinned, and are shared without a look.
 *
 * <p>Left out: the VM_BUG_ON that the page is anonymous and exclusive, which each caller has just
 * seen.
 */
public final class ShareAnonRmap {
  public static final Steps STEPS = new Steps("page_try_share_anon_rmap");

  private static final Step SHARE_MB =
      STEPS.hunk(
          "E1", "page_try_share_anon_rmap, S3", "smp_mb: the cleared PTE before the count", "G12");
  private static final Step SHARE_PINNED =
      STEPS.step(
          "E2",
          "page_maybe_dma_pinned",
          "load compound_head, flags, and _refcount or compound_pincount (A2)");
  private static final Step SHARE_CLEAR =
      STEPS.step("E3", "page_try_share_anon_rmap", "clear PG_anon_exclusive, atomically (A3)");
  private static final Step SHARE_AFTER =
      STEPS.hunk(
          "E4",
          "page_try_share_anon_rmap, S3",
          "smp_mb__after_atomic: the flag before the PTE",
          "G17");

  private ShareAnonRmap() {}

  /** Whether the page may be shared now; false if it may be pinned. */
  public static boolean pageTryShareAnonRmap(Kernel kernel, Cpu cpu, Page page) {
    if (page.isDevicePrivate()) {
      cpu.at(SHARE_CLEAR).clear_bit(PageFlag.anonExclusive(kernel), page.flags());
      return true;
    }
    if (kernel.has(SHARE_MB)) {
      // Paired with G12 of try_grab_folio().
      cpu.at(SHARE_MB).smp_mb();
    }
    if (branchOnPins(cpu.at(SHARE_PINNED), page)) {
      return false;
    }
    cpu.at(SHARE_CLEAR).clear_bit(PageFlag.anonExclusive(kernel), page.flags());
    if (kernel.has(SHARE_AFTER)) {
      // Paired with G17 of gup_must_unshare().
      cpu.at(SHARE_AFTER).smp_mb__after_atomic();
    }
    return true;
  }

  /** page_maybe_dma_pinned(): three loads. The caller labels the step. */
  public static boolean pageMaybeDmaPinned(Cpu cpu, Page page) {
    return pageMaybeDmaPinned(cpu, page, false);
  }

  /** The same, and the caller's branch on it. */
  public static boolean branchOnPins(Cpu cpu, Page page) {
    return pageMaybeDmaPinned(cpu, page, true);
  }

  private static boolean pageMaybeDmaPinned(Cpu cpu, Page page, boolean branches) {
    Ref<Page> folio = PageTests.compoundHead(cpu, Ref.to(page));
    Word refcount = folio.target().refcount();
    if (cpu.test_bit(PageFlag.PG_HEAD, folio.at(Page::flags))) {
      Word pincount = folio.target().block().compoundPincount();
      boolean pinned = cpu.atomic_read(folio.at(head -> pincount)) > 0;
      if (branches) {
        cpu.ctrl(folio.target().flags(), pincount);
      }
      return pinned;
    }
    boolean pinned = cpu.atomic_read(folio.at(Page::refcount)) >= Page.GUP_PIN_COUNTING_BIAS;
    if (branches) {
      cpu.ctrl(refcount);
    }
    return pinned;
  }
}
