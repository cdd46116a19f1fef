package org.cowcheck.scenario;

import static org.cowcheck.mm.pfn.KPageFlags.KPF_SLAB;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/**
 * As {@link KPageFlagsAtFree}, by a reader that first takes a speculative reference
 * (get_page_unless_zero): whoever drops the last reference frees the page.
 */
final class KPageFlagsWithReference {
  static final Scenario SCENARIO =
      new Scenario(
          "kpageflags-with-reference",
          "stable_page_flags() under a speculative reference while the owner drops its own",
          """
          The reader takes a reference unless the count is zero, looks, and puts it. If it got
          one, the page is freed after its look: by itself, or by the owner that drops its
          reference later.

            CPU0: put_page                            CPU1: stable_page_flags, with a reference
                                                      (get) _refcount += 1 unless 0
                                                      (K1..K7) look
            (F1) drop a reference                     (F1) drop a reference
            (F6..F13) whoever was last frees the page
          """,
          "RFC 08/13, hunk fs/proc/page.c; the reference as memory_failure() takes it",
          ImmutableList.of("the page is not allocated again while it is looked at"),
          Patches.pageSlab(),
          KPageFlagsWithReference::build);

  private KPageFlagsWithReference() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FreedPage.readBy(
        "stable_page_flags",
        KPF_SLAB,
        (cpu, page, free) -> new KPageFlags(kernel).stablePageFlagsOfReferenced(cpu, page, free),
        kernel,
        memory);
  }
}
