package org.cowcheck.mm.migrate;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * restore_exclusive_pte() (mm/memory.c), S0 to S3: a device-exclusive entry becomes present again.
 * The reference of the entry becomes that of the mapping, and PG_anon_exclusive stays as it is. S0
 * stores the entry before it counts the mapping.
 *
 * <p>Left out: soft-dirty and accessed bits.
 */
public final class RestoreExclusivePte {
  public static final Steps STEPS = new Steps("restore_exclusive_pte");

  private static final Step CHECK =
      STEPS.step(
          "DX30",
          "restore_exclusive_pte, S1 to S3",
          "writable: VM_BUG_ON not anon or not PG_anon_exclusive");
  private static final Step IS_ANON =
      STEPS.step("DX31", "restore_exclusive_pte", "load mapping: anon?");
  private static final Step SET_PTE =
      STEPS.step("DX32", "restore_exclusive_pte", "store the PTE: present again");

  private final Kernel kernel;

  /** How a kernel restores such an entry. */
  public RestoreExclusivePte(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Restores an entry; the caller holds the PT lock and has locked the page. */
  public void restoreExclusivePte(Cpu cpu, PageTable table, long entry, Page page) {
    boolean writable = Pte.writable(entry) && (entry & Pte.UFFD_WP) == 0;
    if (writable && kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(
          !PageTests.folioTestAnon(cpu.at(CHECK), Ref.to(page))
              || !cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags()));
    }
    long pte = writable ? Pte.writable(page) : Pte.readOnly(page) | (entry & Pte.UFFD_WP);
    if (kernel.state() == KernelState.S0) {
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    }
    if (PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(page))) {
      AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, false);
    }
    if (kernel.state() != KernelState.S0) {
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    }
  }
}
