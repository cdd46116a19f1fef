package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * migrate_vma_collect_pmd() of one page (mm/migrate_device.c, before v5.19 mm/migrate.c), S0 to S3:
 * it is locked, and its entry becomes a migration entry.
 *
 * <h2>The cleared entry</h2>
 *
 * migrate_vma_collect_pmd() clears and flushes the entry of an exclusive page, and shares the page.
 * Any other entry it only clears; its flush comes at the end, before the PT lock is dropped in S3
 * (a3589e1d5fe3) and after that in S0 to S2. S3 transfers the dirty bit (fd35ca3d12cc).
 */
public final class MigrateVmaCollect {
  public static final Steps STEPS = new Steps("migrate_vma_collect_pmd");

  private static final Step LOCK = STEPS.step("MV1", "migrate_vma_collect_pmd", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("MV2", "migrate_vma_collect_pmd", "load the PTE: present, or device-private?");
  private static final Step MAPPING =
      STEPS.step("MV3", "migrate_vma_collect_pmd", "load mapping: NULL?");
  private static final Step GET = STEPS.step("MV4", "migrate_vma_collect_pmd", "_refcount + 1");
  private static final Step TRYLOCK =
      STEPS.step("MV5", "migrate_vma_collect_pmd", "trylock the page: test and set PG_locked");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "MV6",
          "migrate_vma_collect_pmd, S1 to S3",
          "load mapping and flags: anon, PG_anon_exclusive?");
  private static final Step CLEAR_PTE =
      STEPS.step("MV7", "migrate_vma_collect_pmd", "clear the PTE (A1)");
  private static final Step FLUSH_EXCLUSIVE =
      STEPS.step(
          "MV8", "ptep_clear_flush, S1 to S3", "exclusive and was accessible: flush the TLB");
  private static final Step RESTORE =
      STEPS.step("MV9", "migrate_vma_collect_pmd, S1 to S3", "pinned: store the PTE as it was");
  private static final Step UNLOCK_KEPT =
      STEPS.step(
          "MV10", "migrate_vma_collect_pmd, S1 to S3", "pinned: unlock the page, _refcount - 1");
  private static final Step DIRTY =
      STEPS.step(
          "MV11", "migrate_vma_collect_pmd, S3", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step SET_PTE =
      STEPS.step("MV12", "migrate_vma_collect_pmd", "store the migration entry (A4)");
  private static final Step REMOVE_RMAP = STEPS.step("MV13", "page_remove_rmap", "_mapcount - 1");
  private static final Step PUT_MAPPING =
      STEPS.step("MV14", "migrate_vma_collect_pmd", "drop the reference of the entry");
  static final Step PUT_BUSY =
      STEPS.step("MV15", "migrate_vma_collect_pmd", "the page is locked: drop the reference");
  private static final Step FLUSH =
      STEPS.step("MV16", "migrate_vma_collect_pmd, S3", "unmapped what was present: flush the TLB");
  private static final Step UNLOCK =
      STEPS.step("MV17", "migrate_vma_collect_pmd", "drop the PT lock");
  private static final Step LATE_FLUSH =
      STEPS.step(
          "MV18", "migrate_vma_collect_pmd, S0 to S2", "unmapped what was present: flush the TLB");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /** The same arguments as {@link MigrateVma}. */
  MigrateVmaCollect(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** The page, locked and with a reference; null if it is kept. */
  Page collect(Cpu cpu, RmapVma vma) {
    PageTable table = vma.table();
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    Page page = null;
    if (Pte.present(pte) || Pte.isDevicePrivate(pte)) {
      Page mapped = Pte.page(memory, pte);
      if (cpu.at(MAPPING).read_plain_in_source(mapped.mapping()) != 0
          && collectPage(cpu, vma, mapped, pte)) {
        page = mapped;
      }
    }
    boolean flushes = page != null && Pte.present(pte);
    if (flushes && kernel.state() == KernelState.S3) {
      arch.flushTlb(cpu.at(FLUSH), vma.mm());
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (flushes && kernel.state() != KernelState.S3) {
      arch.flushTlb(cpu.at(LATE_FLUSH), vma.mm());
    }
    return page;
  }

  private boolean collectPage(Cpu cpu, RmapVma vma, Page page, long read) {
    PageTable table = vma.table();
    cpu.at(GET).atomic_inc(page.refcount());
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT_BUSY), page);
      return false;
    }
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && PageTests.folioTestAnon(cpu.at(EXCLUSIVE), Ref.to(page))
            && cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags());
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    if (exclusive) {
      if (Pte.present(pte)) {
        arch.flushTlb(cpu.at(FLUSH_EXCLUSIVE), vma.mm());
      }
      if (!ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page)) {
        cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
        cpu.at(UNLOCK_KEPT).clear_bit_unlock(PG_LOCKED, page.flags());
        free.putPage(cpu, page);
        return false;
      }
    }
    boolean keepsDirty = kernel.state() == KernelState.S3 && Pte.present(pte) && Pte.dirty(pte);
    if (keepsDirty && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    long kept =
        TryToMigrate.kind(kernel, read, exclusive)
            | (keepsDirty ? Pte.DIRTY : 0)
            | (pte & Pte.UFFD_WP);
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.migration(page, kept));
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
    free.putPage(cpu.at(PUT_MAPPING), page);
    return true;
  }
}
