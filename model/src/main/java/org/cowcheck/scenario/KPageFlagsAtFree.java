package org.cowcheck.scenario;

import static org.cowcheck.mm.pfn.KPageFlags.KPF_SLAB;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Setting;

/** /proc/kpageflags is read while an exclusive anonymous page is freed; no reference is held. */
final class KPageFlagsAtFree {
  static final Scenario SCENARIO =
      new Scenario(
          "kpageflags-at-free",
          "/proc/kpageflags is read while an exclusive anonymous page is freed",
          """
          stable_page_flags() takes no reference. In S1 it takes KPF_SLAB from a live PageSlab(),
          in the other states from its first load of flags. The page has never been a slab page.

            CPU0: put_page                            CPU1: stable_page_flags
                                                      (K1) load flags: the snapshot
                                                      (T4) load flags: PG_slab set      [early]
            (F8)  clear PG_anon_exclusive (PG_slab)
            (F11) mapping becomes NULL
                                                      (T2) load mapping: NULL, not anon
                                                      KPF_SLAB
          """,
          "RFC 08/13, hunk fs/proc/page.c",
          ImmutableList.of("the page is not allocated again while it is looked at"),
          Patches.pageSlab(),
          KPageFlagsAtFree::build);

  private KPageFlagsAtFree() {}

  private static Setting build(Kernel kernel, Memory memory) {
    return FreedPage.readBy(
        "stable_page_flags",
        KPF_SLAB,
        (cpu, page, free) -> new KPageFlags(kernel).stablePageFlags(cpu, page),
        kernel,
        memory);
  }
}
