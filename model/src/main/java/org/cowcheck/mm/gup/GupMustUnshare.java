package org.cowcheck.mm.gup;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * gup_must_unshare() (include/linux/mm.h), S1 to S3: whether a read-only pin has to wait until an
 * anonymous page is exclusive. S0 takes every read-only pin.
 */
public final class GupMustUnshare {
  public static final Steps STEPS = new Steps("gup_must_unshare");

  private static final Step IS_ANON =
      STEPS.step("G16", "gup_must_unshare, S1 to S3", "entry not writable: PageAnon?");
  private static final Step UNSHARE_RMB =
      STEPS.hunk("G17", "gup_must_unshare, S3", "smp_rmb: the PTE before the flag", "E4");
  private static final Step EXCLUSIVE =
      STEPS.step("G18", "gup_must_unshare, S1 to S3", "load flags: PG_anon_exclusive (B5)?");

  private GupMustUnshare() {}

  /**
   * Whether the page has to be unshared before it is pinned.
   *
   * @param page what the entry maps; of a huge page its head
   * @param flags of a pin; with FOLL_WRITE the entry is writable, so that there is nothing to ask
   */
  public static boolean mustUnshare(Kernel kernel, Cpu cpu, Ref<Page> page, GupFlags flags) {
    if (!kernel.state().hasAnonExclusive() || flags.write() || !flags.pin()) {
      return false;
    }
    cpu.at(IS_ANON);
    if (!PageTests.folioTestAnon(cpu, PageTests.compoundHead(cpu, page))) {
      return false;
    }
    if (kernel.has(UNSHARE_RMB)) {
      // Paired with E4 of page_try_share_anon_rmap().
      cpu.at(UNSHARE_RMB).smp_rmb();
    }
    return !cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel), page.at(Page::flags));
  }
}
