package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_REFERENCED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * GUP-fast of one page of a page of hugetlb: gup_huge_pmd(), gup_huge_pud() and gup_hugepte()
 * (mm/gup.c), S0 to S3. The three are the same, but for one thing.
 *
 * <h2>What the RFC series forgot</h2>
 *
 * In S1 gup_huge_pmd() asks gup_must_unshare(), and gup_huge_pud() and gup_hugepte() do not: a
 * read-only pin of a page that is shared succeeds. v1 of the series added the test.
 *
 * <p>The entry is looked at again after the pin, and nothing above it: who walked here through a
 * table that has got another owner meanwhile does not see it.
 *
 * <p>Left out: device pages; hugepd directories, whose gup_hugepte() is gup_huge_pud() here; a
 * range of several pages.
 */
public final class GupHugetlb {
  public static final Steps STEPS = new Steps("gup_huge_pmd of hugetlb");

  private static final Step READ_PUD =
      STEPS.step("HG1", "gup_pud_range", "load the PUD entry: a table, or a huge page?");
  private static final Step READ_PMD =
      STEPS.step("HG2", "gup_pmd_range", "load the PMD entry in that table (B1): permitted (B2)?");
  private static final Step ENTRY_AGAIN =
      STEPS.step("HG3", "gup_huge_pmd, gup_huge_pud", "load the huge entry: still the same (B4)?");
  private static final Step UNSHARE =
      STEPS.hunk(
          "HG4",
          "gup_huge_pud, gup_hugepte, S2 and S3",
          "entry not writable: ask gup_must_unshare()");
  private static final Step ENTRY_ONCE_MORE =
      STEPS.later(
          "HG4a",
          "gup_huge_pmd, gup_huge_pud",
          "smp_rmb; load the huge entry once more: still the same?");
  private static final Step REFERENCED =
      STEPS.step("HG5", "gup_huge_pmd, gup_huge_pud", "set PG_referenced of the head, atomically");

  private final Kernel kernel;
  private final Memory memory;
  private final TryGrabFolio grab;

  GupHugetlb(Kernel kernel, Memory memory, TryGrabFolio grab) {
    this.kernel = kernel;
    this.memory = memory;
    this.grab = grab;
  }

  /** Whether a PMD entry that was loaded maps a page of hugetlb. */
  boolean isMappedBy(long pmd) {
    return Pte.present(pmd) && Pte.isHuge(pmd) && Pte.page(memory, pmd).block().isHugetlb();
  }

  /**
   * gup_pud_range() of one PUD entry, which the entry above a table stands for here.
   *
   * @param table what the PUD entry points to, or the huge page that it maps
   */
  Page gupPudRange(Cpu cpu, PageTable table, GupFlags flags) {
    long pud = cpu.at(READ_PUD).READ_ONCE(table.pmd());
    int read = cpu.lastRead();
    if (isMappedBy(pud)) {
      boolean asks = kernel.has(UNSHARE);
      return gupHuge(cpu, table.pmd(), pud, read, table.index(), flags, asks);
    }
    if (!Pte.isTable(pud)) {
      return null;
    }
    PageTable walked = memory.object(Pte.address(pud), PageTable.class).at(table.index());
    Place entry = new Ref<>(walked, read).at(PageTable::pte);
    long pmd = cpu.at(READ_PMD).READ_ONCE(entry);
    if (!isMappedBy(pmd)) {
      return null;
    }
    return gupHuge(cpu, entry, pmd, cpu.lastRead(), 0, flags, true);
  }

  /** gup_huge_pmd() of a PMD entry that has just been loaded. */
  Page gupHugePmd(Cpu cpu, PageTable table, long pmd, GupFlags flags) {
    return gupHuge(cpu, table.pmd(), pmd, cpu.lastRead(), table.index(), flags, true);
  }

  private Page gupHuge(
      Cpu cpu, Place entry, long huge, int read, int index, GupFlags flags, boolean asks) {
    if ((huge & Pte.PROTNONE) != 0 || (flags.write() && !Pte.writable(huge))) {
      return null;
    }
    Ref<Page> head = new Ref<>(Pte.page(memory, huge), read);
    Ref<Page> page = new Ref<>(head.target().block().pages().get(index), read);
    boolean grabsHead = kernel.state() == KernelState.S0 || kernel.state() == KernelState.S1;
    Ref<Page> folio = grab.tryGrabFolio(cpu, grabsHead ? head : page, flags);
    if (folio == null) {
      return null;
    }
    boolean same = cpu.at(ENTRY_AGAIN).recheck(entry, huge);
    if (!same
        || (asks && !Pte.writable(huge) && GupMustUnshare.mustUnshare(kernel, cpu, folio, flags))
        || (kernel.adds(ENTRY_ONCE_MORE) && !isSameOnceMore(cpu, entry, huge))) {
      grab.put(cpu, folio, flags);
      return null;
    }
    cpu.at(REFERENCED).set_bit(PG_REFERENCED, folio.at(Page::flags));
    return page.target();
  }

  private static boolean isSameOnceMore(Cpu cpu, Place entry, long huge) {
    cpu.at(ENTRY_ONCE_MORE).smp_rmb();
    return cpu.read_plain_in_source(entry) == huge;
  }
}
