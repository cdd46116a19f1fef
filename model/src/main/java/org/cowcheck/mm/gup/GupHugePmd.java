package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_REFERENCED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * gup_huge_pmd() (mm/gup.c): GUP-fast of one page of a huge page that a PMD entry maps, S0 to S3.
 *
 * <p>The counts are those of the huge page, and so is exclusivity: PG_anon_exclusive of the head is
 * asked, whichever page is pinned. The only second look is at the PMD entry.
 *
 * <h2>An entry that was made invalid</h2>
 *
 * pmd_present() and pmd_trans_huge() are true of it. What keeps it from being pinned through is
 * pmd_access_permitted(), which on x86 and arm64 asks for the bit that hardware asks for. The
 * generic one (include/linux/pgtable.h) asks pmd_present() again, so it would let it pass; GH1 as
 * an added hunk is that one.
 *
 * <p>Left out: device memory; more than one page at once; protection keys.
 */
public final class GupHugePmd {
  public static final Steps STEPS = new Steps("gup_huge_pmd");

  /** The name of the note of a pin that was taken through an entry that maps no page. */
  public static final String THROUGH_MIGRATION = "pinned through a migration entry";

  private static final Step GENERIC_PERMITTED =
      STEPS.later(
          "GH1", "pmd_access_permitted", "as the generic one: an entry made invalid is permitted");
  private static final Step PMD_AGAIN =
      STEPS.step("GH2", "gup_huge_pmd", "load the PMD entry: still the same (B4)?");
  private static final Step REFERENCED =
      STEPS.step("GH3", "gup_huge_pmd", "set PG_referenced of the head, atomically");

  private final Kernel kernel;
  private final Memory memory;
  private final TryGrabFolio grab;

  GupHugePmd(Kernel kernel, Memory memory, TryGrabFolio grab) {
    this.kernel = kernel;
    this.memory = memory;
    this.grab = grab;
  }

  /**
   * Pins (FOLL_PIN).
   *
   * @param entry where the PMD entry is
   * @param pmd what the caller's latest read found there
   * @param index which page of the huge page
   * @param flags of GUP
   * @return the page, or null if the slow path would have to go on
   */
  Page pin(Cpu cpu, Word entry, long pmd, int index, GupFlags flags) {
    int read = cpu.lastRead();
    if (!isPermitted(pmd, flags.write())) {
      return null;
    }
    Page page = Pte.page(memory, pmd).block().pages().get(index);
    Ref<Page> folio = grab.tryGrabFolio(cpu, new Ref<>(page, read), flags);
    if (folio == null) {
      return null;
    }
    if (!cpu.at(PMD_AGAIN).recheck(entry, pmd)
        || (!Pte.writable(pmd) && GupMustUnshare.mustUnshare(kernel, cpu, folio, flags))) {
      grab.put(cpu, folio, flags);
      return null;
    }
    if (Pte.isMigration(pmd)) {
      cpu.note(THROUGH_MIGRATION, page.address());
    }
    cpu.at(REFERENCED).set_bit(PG_REFERENCED, folio.at(Page::flags));
    return page;
  }

  /** pmd_protnone() and pmd_access_permitted(), on a value that was loaded. */
  private boolean isPermitted(long pmd, boolean write) {
    boolean valid = kernel.adds(GENERIC_PERMITTED) ? Pte.pmdPresent(pmd) : Pte.present(pmd);
    return valid && (pmd & Pte.PROTNONE) == 0 && (!write || Pte.writable(pmd));
  }
}
