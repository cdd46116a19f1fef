package org.cowcheck.mm.swap;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;

/**
 * Reclaiming a large folio of MADV_FREE that PTEs map, because its PMD entry was split:
 * shrink_folio_list() (mm/vmscan.c) and try_to_unmap_one() (mm/rmap.c), S3. v5.17 splits it first,
 * and {@link LazyFree} discards each page for itself.
 *
 * <p>S3 goes entry by entry. 354dffd29575 (v6.15) clears the entries that map consecutive pages of
 * the folio as one batch, and looks at the counts and at PG_dirty once for all of them, by the
 * recipe of {@link LazyFree}. If the folio is in use, all entries are stored again as the first of
 * them was, with the next page each. A batch may mix entries that permit writes with others that do
 * not, until 29f40594a281.
 *
 * <p>Left out: entries that are dirty or accessed, whose bits the batch gathers; soft-dirty bits;
 * device-exclusive entries; other VMAs that map the folio, whose walk comes to nothing if this one
 * fails; the one word that counts all mappings of a folio, for which those of each page are added
 * up; the freeing of a folio that is discarded, from where nobody has a reference.
 */
public final class LazyFreeBatch {
  public static final Steps STEPS = new Steps("try_to_unmap_one of large MADV_FREE folios");

  private static final Step TRYLOCK =
      STEPS.step("LB1", "shrink_folio_list", "trylock the folio: test and set PG_locked");
  private static final Step LOCK = STEPS.step("LB2", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("LB3", "page_vma_mapped_walk", "load the PTE: a page of the folio?");
  private static final Step BATCH =
      STEPS.later(
          "LB4",
          "folio_unmap_pte_batch, 354dffd29575",
          "load the next PTEs: the next pages, by entries of the same kind?");
  private static final Step RESPECT_WRITE =
      STEPS.later(
          "LB5",
          "folio_unmap_pte_batch, 29f40594a281",
          "FPB_RESPECT_WRITE: entries of one kind permit writes, or do not");
  private static final Step CLEAR_PTES =
      STEPS.step("LB6", "get_and_clear_ptes", "clear the PTE of each page");
  private static final Step FLUSH =
      STEPS.step("LB7", "try_to_unmap_one", "flush the TLB, or remember to");
  private static final Step DISCARD_MB =
      STEPS.hunk("LB8", "try_to_unmap_one", "smp_mb: the cleared PTEs before the count");
  private static final Step COUNTS =
      STEPS.step("LB9", "try_to_unmap_one", "load _refcount, _mapcount: any other reference?");
  private static final Step DIRTY_RMB =
      STEPS.step("LB10", "try_to_unmap_one", "smp_rmb: the count before PG_dirty");
  private static final Step DIRTY =
      STEPS.step("LB11", "try_to_unmap_one", "load flags: PG_dirty? then keep it");
  private static final Step RESTORE =
      STEPS.step(
          "LB12", "set_ptes", "in use: store the first PTE as it was, and its like for the others");
  private static final Step SWAPBACKED =
      STEPS.step("LB13", "try_to_unmap_one", "dirty; S3: or in use: set PG_swapbacked");
  private static final Step REMOVE_RMAP =
      STEPS.step("LB14", "folio_remove_rmap_ptes", "_mapcount of each page - 1");
  private static final Step PUT =
      STEPS.step("LB15", "folio_put_refs", "drop the references of the batch");
  private static final Step UNLOCK = STEPS.step("LB16", "page_vma_mapped_walk", "drop the PT lock");
  private static final Step LATE_FLUSH =
      STEPS.step("LB17", "try_to_unmap_flush", "the flush that was deferred");
  private static final Step UNLOCK_FOLIO =
      STEPS.step("LB18", "shrink_folio_list", "unlock the folio: clear PG_locked");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Reclaim under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   */
  public LazyFreeBatch(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Unmaps a folio that is isolated from the LRU, clean, and not PG_swapbacked.
   *
   * @param table maps it from its first entry on
   * @return whether none of the entries maps it any more
   */
  public boolean tryToUnmap(Cpu cpu, Mm mm, PageTable table, PageBlock folio) {
    Page head = folio.head();
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      return false;
    }
    boolean defers = arch.defersFlush();
    cpu.at(LOCK).spin_lock(table.lock());
    boolean unmapped = true;
    for (int i = 0; i < table.size() && unmapped; ) {
      long pte = cpu.at(READ_PTE).read_plain_in_source(table.at(i).pte());
      int pages = 1;
      if (maps(pte, folio)) {
        pages = batch(cpu, table, i, pte);
        unmapped = unmap(cpu, mm, table, i, pages, head, defers);
      }
      i += pages;
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (defers) {
      arch.flushTlb(cpu.at(LATE_FLUSH), mm);
    }
    cpu.at(UNLOCK_FOLIO).clear_bit_unlock(PG_LOCKED, head.flags());
    return unmapped;
  }

  private boolean maps(long pte, PageBlock folio) {
    return Pte.present(pte) && Pte.page(memory, pte).block().equals(folio);
  }

  /** folio_unmap_pte_batch(): how many entries from this one on are like it. */
  private int batch(Cpu cpu, PageTable table, int first, long pte) {
    if (!kernel.adds(BATCH)) {
      return 1;
    }
    boolean respectsWrite = kernel.adds(RESPECT_WRITE);
    cpu.at(respectsWrite ? RESPECT_WRITE : BATCH);
    long ignored = respectsWrite ? 0 : Pte.WRITE;
    int pages = 1;
    while (first + pages < table.size()
        && (cpu.read_plain_in_source(table.at(first + pages).pte()) & ~ignored)
            == (advanced(pte, pages) & ~ignored)) {
      pages++;
    }
    return pages;
  }

  /** pte_advance_pfn(): the same entry for a later page of the folio. */
  private long advanced(long pte, int pages) {
    Page page = Pte.page(memory, pte);
    int index = page.block().pages().indexOf(page) + pages;
    return index < page.block().size()
        ? pte - page.address() + page.block().pages().get(index).address()
        : 0;
  }

  private boolean unmap(
      Cpu cpu, Mm mm, PageTable table, int first, int pages, Page head, boolean defers) {
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTES), table.at(first));
    for (int i = 1; i < pages; i++) {
      arch.ptepGetAndClear(cpu, table.at(first + i));
    }
    if (defers) {
      arch.deferFlush(cpu.at(FLUSH), mm);
    } else {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    boolean unused = true;
    if (kernel.has(DISCARD_MB)) {
      // Paired with the fully ordered reference of try_get_folio(), G8.
      cpu.at(DISCARD_MB).smp_mb();
      unused = isUnused(cpu.at(COUNTS), head);
      // Paired with the fully ordered put of who has dirtied the folio, V2.
      cpu.at(DIRTY_RMB).smp_rmb();
    }
    boolean dirty = cpu.at(DIRTY).test_bit(PG_DIRTY, head.flags());
    if (dirty || !unused) {
      cpu.at(RESTORE);
      for (int i = 0; i < pages; i++) {
        cpu.WRITE_ONCE(table.at(first + i).pte(), advanced(pte, i));
      }
      if (dirty || !kernel.adds(BATCH)) {
        cpu.at(SWAPBACKED).set_bit(PG_SWAPBACKED, head.flags());
      }
      return false;
    }
    cpu.at(REMOVE_RMAP);
    boolean last = false;
    for (int i = 0; i < pages; i++) {
      last |= CompoundRmap.isLastOfPart(cpu, Pte.page(memory, advanced(pte, i)));
    }
    if (last && pages < head.block().size()) {
      CompoundRmap.queue(cpu, head);
    }
    free.putRefs(cpu.at(PUT), Ref.to(head), pages);
    return true;
  }

  private static boolean isUnused(Cpu cpu, Page head) {
    long references = cpu.atomic_read(head.refcount());
    long mappings = 0;
    for (Page page : head.block().pages()) {
      mappings += cpu.atomic_read(page.mapcount()) + 1;
    }
    return references == 1 + mappings;
  }
}
