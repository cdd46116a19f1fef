package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * The branch of try_to_unmap_one() for a page of MADV_FREE (mm/rmap.c), S0 to S3: discard it, if it
 * is clean and nobody else uses it.
 *
 * <p>S0 and S1 look whether the page is dirty and at nothing else: who has just taken a reference
 * to write through it has not dirtied it yet. Since 6c8e2a256915 (v5.18) the count of references is
 * looked at, too, before the dirty flag.
 *
 * <p>Where the smp_mb() stands, the entry was cleared by the caller; the other side is GUP-fast,
 * which counts its reference by a fully ordered operation (G8) before it looks at the entry again
 * (G14).
 */
public final class LazyFree {
  public static final Steps STEPS = new Steps("try_to_unmap_one of MADV_FREE pages");

  private static final Step DISCARD_MB =
      STEPS.hunk("MF1", "try_to_unmap_one, S2 and S3", "smp_mb: the cleared PTE before the count");
  private static final Step COUNTS =
      STEPS.step(
          "MF2", "try_to_unmap_one, S2 and S3", "load _refcount, _mapcount: any other reference?");
  private static final Step DIRTY_RMB =
      STEPS.step("MF3", "try_to_unmap_one, S2 and S3", "smp_rmb: the count before PG_dirty");
  private static final Step DIRTY =
      STEPS.step("MF4", "try_to_unmap_one", "load flags: PG_dirty? then keep it");
  private static final Step RESTORE =
      STEPS.step("MF5", "try_to_unmap_one", "in use: store the PTE as it was, set PG_swapbacked");

  private final Kernel kernel;

  LazyFree(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Whether the page is to be discarded; if not, its entry is as it was. */
  boolean discard(Cpu cpu, PageTable table, Page page, long pte) {
    boolean counts = kernel.state() == KernelState.S2 || kernel.state() == KernelState.S3;
    boolean unused = true;
    if (counts && kernel.has(DISCARD_MB)) {
      // Paired with the fully ordered reference of try_get_folio(), G8.
      cpu.at(DISCARD_MB).smp_mb();
      long references = cpu.at(COUNTS).atomic_read(page.refcount());
      long mappings = cpu.atomic_read(page.mapcount()) + 1;
      // Paired with the fully ordered put of who has dirtied the page, V2.
      cpu.at(DIRTY_RMB).smp_rmb();
      unused = references == 1 + mappings;
    }
    if (unused && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      return true;
    }
    cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
    cpu.set_bit(PG_SWAPBACKED, page.flags());
    return false;
  }
}
