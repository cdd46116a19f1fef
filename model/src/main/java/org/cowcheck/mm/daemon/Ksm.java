package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import java.util.function.BooleanSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.patch.Kernel;

/**
 * try_to_merge_one_page() of a small page (mm/ksm.c), S0 to S3: write_protect_page(), and then
 * set_page_stable_node(), by which the page becomes a KSM page, or replace_page(), by which the
 * entry maps a KSM page instead.
 *
 * <p>The exact reference count (M8) makes it fail for any extra reference, also for the first step
 * of a pin; page_maybe_dma_pinned() sees the second. Whoever takes a reference later finds a page
 * that is not exclusive, and before replace_page() the entry is looked at again.
 *
 * <p>Left out: finding pages and mappings, the trees, MMU notifiers, PROT_NONE entries, a pending
 * flush of another CPU, and the zero page.
 */
public final class Ksm {
  public static final Steps STEPS = new Steps("write_protect_page");

  /** The name of the note of a page that may be merged; its value is its address. */
  public static final String MERGEABLE = "mergeable";

  private static final Step TRYLOCK =
      STEPS.step("M1", "try_to_merge_one_page", "trylock the page: test and set PG_locked");
  private static final Step LOCK = STEPS.step("M2", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("M3", "write_protect_page", "load the PTE: writable or dirty?");
  private static final Step EXCLUSIVE =
      STEPS.step("M4", "write_protect_page, S1 to S3", "load flags: PG_anon_exclusive?");
  private static final Step SWAPCACHE =
      STEPS.step("M5", "write_protect_page", "load flags: PG_swapcache?");
  private static final Step CLEAR_PTE = STEPS.step("M6", "ptep_clear_flush", "clear the PTE (A1)");
  private static final Step FLUSH = STEPS.step("M7", "ptep_clear_flush", "flush the TLB");
  private static final Step COUNTS =
      STEPS.step("M8", "write_protect_page", "load _mapcount and _refcount: any other reference?");
  private static final Step RESTORE =
      STEPS.step("M9", "write_protect_page", "store the PTE as it was");
  private static final Step DIRTY =
      STEPS.step("M10", "set_page_dirty", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step SET_PTE =
      STEPS.step("M11", "write_protect_page", "store the PTE: read-only, clean (A4)");
  private static final Step UNLOCK = STEPS.step("M12", "write_protect_page", "drop the PT lock");
  private static final Step STABLE_NODE =
      STEPS.step(
          "M12a",
          "set_page_stable_node",
          "VM_BUG_ON PG_anon_exclusive (S1 to S3); store mapping: KSM");
  private static final Step STABLE_DIRTY =
      STEPS.step("M12b", "try_to_merge_one_page", "test PG_dirty, and set it");
  private static final Step IDENTICAL =
      STEPS.step("M12c", "pages_identical", "load the contents of both pages: the same?");
  private static final Step REPLACE_LOCK = STEPS.step("M12d", "replace_page", "take the PT lock");
  private static final Step SAME =
      STEPS.step("M12e", "replace_page", "load the PTE: still the same?");
  private static final Step REPLACE_CHECK =
      STEPS.step("M12f", "replace_page, S1 to S3", "VM_BUG_ON: PG_anon_exclusive of either page");
  private static final Step GET_KSM =
      STEPS.step("M12g", "replace_page", "_refcount of the KSM page + 1");
  private static final Step REPLACE_CLEAR =
      STEPS.step("M12h", "ptep_clear_flush", "clear the PTE, flush the TLB");
  private static final Step SET_KSM_PTE =
      STEPS.step("M12i", "replace_page", "store the PTE: the KSM page, read-only");
  private static final Step REMOVE_RMAP =
      STEPS.step("M12j", "page_remove_rmap", "_mapcount of the old page - 1; mapped elsewhere?");
  private static final Step PUT_OLD =
      STEPS.step("M12k", "replace_page", "drop the reference of the old page");
  private static final Step REPLACE_UNLOCK = STEPS.step("M12l", "replace_page", "drop the PT lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step("M13", "try_to_merge_one_page", "unlock the page: clear PG_locked");

  /** No entry. */
  private static final long FAILED = 0;

  private final Kernel kernel;
  private final Arch arch;

  public Ksm(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  /** Write-protects a page that is mapped by an entry; whether it may be merged now. */
  public boolean writeProtectPage(Cpu cpu, Mm mm, PageTable table, Page page) {
    return underPageLock(cpu, page, () -> protect(cpu, mm, table, page) != FAILED);
  }

  /**
   * try_to_merge_one_page() without a KSM page of the same contents: the page becomes one.
   *
   * @param stableNode the mapping that the page has then
   */
  public boolean becomeKsmPage(Cpu cpu, Mm mm, PageTable table, Page page, long stableNode) {
    return underPageLock(
        cpu,
        page,
        () -> {
          if (protect(cpu, mm, table, page) == FAILED) {
            return false;
          }
          setPageStableNode(cpu, page, stableNode);
          if (!cpu.at(STABLE_DIRTY).test_bit(PG_DIRTY, page.flags())) {
            cpu.set_bit(PG_DIRTY, page.flags());
          }
          return true;
        });
  }

  /**
   * try_to_merge_one_page() with a KSM page: the entry maps that page, if the contents are the
   * same.
   *
   * @param ksmPage the KSM page, of which the caller has a reference
   * @param free takes back a reference
   */
  public boolean merge(Cpu cpu, Mm mm, PageTable table, Page page, Page ksmPage, PageFree free) {
    return underPageLock(
        cpu,
        page,
        () -> {
          long pte = protect(cpu, mm, table, page);
          return pte != FAILED
              && page.isIdentical(cpu.at(IDENTICAL), ksmPage)
              && replacePage(cpu, mm, table, page, ksmPage, pte, free);
        });
  }

  private static boolean underPageLock(Cpu cpu, Page page, BooleanSupplier merge) {
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      return false;
    }
    boolean merged = merge.getAsBoolean();
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    return merged;
  }

  /** set_page_stable_node(): a store to mapping while the page is mapped. */
  private void setPageStableNode(Cpu cpu, Page page, long stableNode) {
    cpu.at(STABLE_NODE);
    if (kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(isExclusiveAnon(cpu, page));
    }
    cpu.write_plain_in_source(page.mapping(), stableNode | Page.MAPPING_FLAGS);
  }

  private boolean isExclusiveAnon(Cpu cpu, Page page) {
    return PageTests.pageAnon(cpu, page)
        && cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags());
  }

  private boolean replacePage(
      Cpu cpu, Mm mm, PageTable table, Page page, Page ksmPage, long pte, PageFree free) {
    cpu.at(REPLACE_LOCK).spin_lock(table.lock());
    boolean same = cpu.at(SAME).recheck(table.pte(), pte);
    if (same) {
      if (kernel.state().hasAnonExclusive()) {
        cpu.at(REPLACE_CHECK);
        cpu.VM_BUG_ON(cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags()));
        cpu.VM_BUG_ON(isExclusiveAnon(cpu, ksmPage));
      }
      cpu.at(GET_KSM).atomic_inc(ksmPage.refcount());
      AddAnonRmap.pageAddAnonRmap(kernel, cpu, ksmPage, false);
      arch.ptepGetAndClear(cpu.at(REPLACE_CLEAR), table);
      arch.flushTlb(cpu, mm);
      cpu.at(SET_KSM_PTE).WRITE_ONCE(table.pte(), Pte.readOnly(ksmPage));
      cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
      if (cpu.atomic_read(page.mapcount()) < 0) {
        SwapCache.freeSwap(cpu, page);
      }
      free.putPage(cpu.at(PUT_OLD), page);
    }
    cpu.at(REPLACE_UNLOCK).spin_unlock(table.lock());
    return same;
  }

  /** write_protect_page(): the entry as it is now, or {@link #FAILED}. */
  private long protect(Cpu cpu, Mm mm, PageTable table, Page page) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = writeProtectLocked(cpu, mm, table, page);
    if (pte != FAILED) {
      cpu.note(MERGEABLE, page.address());
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return pte;
  }

  private long writeProtectLocked(Cpu cpu, Mm mm, PageTable table, Page page) {
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(pte) || Pte.address(pte) != page.address()) {
      return FAILED;
    }
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel), page.flags());
    if (!Pte.writable(pte) && !Pte.dirty(pte) && !exclusive) {
      return pte;
    }
    long swapped = cpu.at(SWAPCACHE).test_bit(PG_SWAPCACHE, page.flags()) ? 1 : 0;
    pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    arch.flushTlb(cpu.at(FLUSH), mm);
    cpu.at(COUNTS);
    long mapcount = cpu.atomic_read(page.mapcount()) + 1;
    if (mapcount + 1 + swapped != cpu.atomic_read(page.refcount())
        || (exclusive && !ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page))) {
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
      return FAILED;
    }
    if (Pte.dirty(pte) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    // Nothing but E4 orders the cleared flag before this store.
    long readOnly = pte & ~(Pte.WRITE | Pte.DIRTY);
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), readOnly);
    return readOnly;
  }
}
