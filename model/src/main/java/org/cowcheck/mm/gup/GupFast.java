package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_REFERENCED;

import java.util.function.Supplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * pin_user_pages_fast() of one page, before its slow path: lockless_pages_from_mm(),
 * gup_pmd_range() and gup_pte_range() (mm/gup.c), S0 to S3.
 *
 * <h2>A pin in two steps</h2>
 *
 * {@link TryGrabFolio} takes a reference at G8, fully ordered, which makes the page stable, and
 * what makes it a pin at G11, which until v6.1 nothing orders against the second look at the entry
 * (G14). Whoever compares the exact count sees the first step; page_maybe_dma_pinned() only the
 * second.
 *
 * <h2>What v6.1 added (088b8aa537c2)</h2>
 *
 * smp_mb__after_atomic() at G12, paired with the smp_mb() at E1 of page_try_share_anon_rmap(), and
 * smp_rmb() at G17, paired with its smp_mb__after_atomic() at E4.
 *
 * <p>Left out: the levels above the PMD but for hugetlb ({@link GupHugetlb}), the slow path (a
 * failure ends the attempt), secret memory, statistics, and sanity_check_pinned_pages() of DEBUG_VM
 * at the end, whose answer the invariants give.
 */
public final class GupFast {
  public static final Steps STEPS = new Steps("gup_pte_range");

  /** The name of the note of a pin that is held; its value is the address of the page. */
  public static final String PINNED = "pinned";

  /** The name of the note that follows it: where the page was mapped. */
  public static final String PINNED_AT = "pinned at";

  /** The name of the note of a reference that FOLL_GET took; its value is the page's address. */
  public static final String GOT = "got";

  private static final Step HAS_PINNED =
      STEPS.step("G1", "mm_set_has_pinned_flag", "test MMF_HAS_PINNED, and set it");
  private static final Step SEQ_BEGIN =
      STEPS.barrier(
          "G2",
          "lockless_pages_from_mm",
          "load write_protect_seq, smp_rmb; odd: fork is here",
          "C21");
  private static final Step IRQ_OFF = STEPS.step("G3", "lockless_pages_from_mm", "IRQs off");
  private static final Step READ_PMD = STEPS.step("G4", "gup_pmd_range", "load the PMD entry");
  private static final Step READ_PTE =
      STEPS.step("G5", "gup_pte_range", "load the PTE (B1): present, permitted (B2)?");
  private static final Step PMD_AGAIN =
      STEPS.step("G13", "gup_pte_range, S3", "load the PMD entry: still the same?");
  private static final Step PTE_AGAIN =
      STEPS.step("G14", "gup_pte_range", "load the PTE: still the same (B4)?");
  private static final Step HEAD_CHECK =
      STEPS.step("G15", "gup_pte_range, S0 and S1", "VM_BUG_ON: compound_head changed");
  private static final Step REFERENCED =
      STEPS.step("G19", "gup_pte_range", "set PG_referenced, atomically");
  private static final Step IRQ_ON = STEPS.step("G20", "lockless_pages_from_mm", "IRQs on");
  private static final Step SEQ_RETRY =
      STEPS.barrier(
          "G21", "lockless_pages_from_mm", "smp_rmb, load write_protect_seq: fork was here?", "C2");

  private static final Step RETRY_HEAD =
      STEPS.step("G23", "unpin_user_pages", "fork was here: load compound_head, and unpin");

  private final Kernel kernel;
  private final Memory memory;
  private final TryGrabFolio grab;
  private final GupHugetlb hugetlb;
  private final GupHugePmd huge;

  /**
   * Pinning under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public GupFast(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.grab = new TryGrabFolio(kernel, free);
    this.hugetlb = new GupHugetlb(kernel, memory, grab);
    this.huge = new GupHugePmd(kernel, memory, grab);
  }

  /**
   * Takes a pin (FOLL_PIN), and leaves the note {@link #PINNED}.
   *
   * @param write FOLL_WRITE: the pin is to be written through
   * @return the page, or null if the slow path would have to go on
   */
  public Page pinFast(Cpu cpu, Mm mm, PageTable table, boolean write) {
    return pinFast(cpu, mm, table, write ? GupFlags.PIN_WRITE : GupFlags.PIN);
  }

  /** {@link #pinFast} of hugetlb, where the entry above the table stands for a PUD entry. */
  public Page pinFastBelowPud(Cpu cpu, Mm mm, PageTable table, boolean write) {
    GupFlags flags = write ? GupFlags.PIN_WRITE : GupFlags.PIN;
    return pinFast(cpu, mm, table, flags, () -> hugetlb.gupPudRange(cpu, table, flags));
  }

  /**
   * Takes a pin.
   *
   * @param flags with FOLL_PIN
   */
  private Page pinFast(Cpu cpu, Mm mm, PageTable table, GupFlags flags) {
    return pinFast(cpu, mm, table, flags, () -> gupPmdRange(cpu, table, flags));
  }

  private Page pinFast(Cpu cpu, Mm mm, PageTable table, GupFlags flags, Supplier<Page> walk) {
    if (!cpu.at(HAS_PINNED).test_bit(Mm.MMF_HAS_PINNED, mm.flags())) {
      cpu.set_bit(Mm.MMF_HAS_PINNED, mm.flags());
    }
    long seq = cpu.at(SEQ_BEGIN).raw_read_seqcount(mm.writeProtectSeq());
    if ((seq & 1) != 0) {
      return null;
    }
    cpu.at(IRQ_OFF).local_irq_save();
    Page page = walk.get();
    cpu.at(IRQ_ON).local_irq_restore();
    // Without smp_mb() at G12 nothing orders the pin before this load.
    if (!cpu.at(SEQ_RETRY).recheck(() -> !cpu.read_seqcount_retry(mm.writeProtectSeq(), seq))) {
      if (page != null) {
        grab.put(cpu, PageTests.compoundHead(cpu.at(RETRY_HEAD), Ref.to(page)), flags);
      }
      return null;
    }
    if (page != null) {
      cpu.note(PINNED, page.address());
      cpu.note(PINNED_AT, table.location());
    }
    return page;
  }

  /** Takes a pin or a reference; null if the slow path has to go on. */
  Page getUserPagesFast(Cpu cpu, Mm mm, PageTable table, GupFlags flags) {
    return flags.pin() ? pinFast(cpu, mm, table, flags) : getFast(cpu, table, flags);
  }

  /** FOLL_GET: fork does not care, and neither does write_protect_seq. */
  private Page getFast(Cpu cpu, PageTable table, GupFlags flags) {
    cpu.at(IRQ_OFF).local_irq_save();
    Page page = gupPmdRange(cpu, table, flags);
    cpu.at(IRQ_ON).local_irq_restore();
    if (page != null) {
      cpu.note(GOT, page.address());
    }
    return page;
  }

  /** gup_pmd_range(): one PMD entry. */
  private Page gupPmdRange(Cpu cpu, PageTable table, GupFlags flags) {
    long pmd = cpu.at(READ_PMD).READ_ONCE(table.pmd());
    if (hugetlb.isMappedBy(pmd)) {
      return hugetlb.gupHugePmd(cpu, table, pmd, flags);
    }
    if (Pte.isTransHuge(pmd)) {
      return huge.pin(cpu, table.pmd(), pmd, table.index(), flags);
    }
    if (!Pte.isTable(pmd)) {
      return null;
    }
    PageTable walked = memory.object(Pte.address(pmd), PageTable.class);
    return gupPteRange(
        cpu, table.pmd(), pmd, new Ref<>(walked.at(table.index()), cpu.lastRead()), flags);
  }

  private Page gupPteRange(Cpu cpu, Word above, long pmd, Ref<PageTable> walked, GupFlags flags) {
    Place entry = walked.at(PageTable::pte);
    long pte = cpu.at(READ_PTE).READ_ONCE(entry);
    int read = cpu.lastRead();
    if (!isPermitted(pte, flags.write())) {
      return null;
    }
    Ref<Page> page = new Ref<>(Pte.page(memory, pte), read);
    Ref<Page> folio = grab.tryGrabFolio(cpu, page, flags);
    if (folio == null) {
      return null;
    }
    boolean sameTable = kernel.state() != KernelState.S3 || cpu.at(PMD_AGAIN).recheck(above, pmd);
    if (!sameTable || !cpu.at(PTE_AGAIN).recheck(entry, pte)) {
      grab.put(cpu, folio, flags);
      return null;
    }
    if (kernel.state() == KernelState.S0 || kernel.state() == KernelState.S1) {
      Ref<Page> head = PageTests.compoundHead(cpu.at(HEAD_CHECK), page);
      cpu.VM_BUG_ON(head.target() != folio.target());
    }
    if (!Pte.writable(pte) && GupMustUnshare.mustUnshare(kernel, cpu, page, flags)) {
      grab.put(cpu, folio, flags);
      return null;
    }
    cpu.at(REFERENCED).set_bit(PG_REFERENCED, folio.at(Page::flags));
    return page.target();
  }

  /** pte_protnone(), pte_access_permitted() and pte_special(), on a value that was loaded. */
  private static boolean isPermitted(long pte, boolean write) {
    return Pte.present(pte)
        && (pte & (Pte.PROTNONE | Pte.SPECIAL)) == 0
        && (!write || Pte.writable(pte));
  }
}
