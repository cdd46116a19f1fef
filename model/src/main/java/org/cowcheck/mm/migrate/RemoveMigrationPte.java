package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * remove_migration_ptes() of a small page, and remove_migration_pte() of an entry (mm/migrate.c),
 * S0 to S3: each migration entry of the old page maps the new one, which is the old one if
 * migration failed.
 *
 * <p>S1 to S3 bring exclusivity back from every entry but a readable one. Nothing orders the flag
 * before the entry: a GUP-fast that sees the entry and not the flag backs off. S0 stores the entry
 * before it counts the mapping; the RFC is taken to do as v5.19 does.
 *
 * <p>Left out: the lock of the anon_vma, mlock, soft-dirty and accessed bits; that mprotect() may
 * have made the VMA read-only meanwhile.
 */
public final class RemoveMigrationPte {
  public static final Steps STEPS = new Steps("remove_migration_pte");

  private static final Step LOCK = STEPS.step("RG1", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("RG2", "page_vma_mapped_walk", "load the PTE: a migration entry of the page?");
  private static final Step GET =
      STEPS.step("RG3", "remove_migration_pte", "_refcount of the new page + 1");
  private static final Step DIRTY =
      STEPS.step("RG4", "remove_migration_pte, S3", "load flags: PG_dirty?");
  private static final Step IS_ANON =
      STEPS.step("RG5", "remove_migration_pte", "load mapping: anon?");
  private static final Step EXCLUSIVE =
      STEPS.hunk("RG6", "remove_migration_pte, S1 to S3", "anon: RMAP_EXCLUSIVE");
  private static final Step READABLE =
      STEPS.hunk("RG6a", "remove_migration_pte, S1 to S3", "but not if it is a readable one");
  private static final Step SET_PTE =
      STEPS.step("RG7", "remove_migration_pte", "store the PTE: the new page");
  private static final Step UNLOCK = STEPS.step("RG8", "page_vma_mapped_walk", "drop the PT lock");

  private final Kernel kernel;

  public RemoveMigrationPte(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Replaces the migration entries of a page; the caller has locked both pages. */
  public void removeMigrationPtes(Cpu cpu, Page old, Page page, Iterable<RmapVma> vmas) {
    for (RmapVma vma : vmas) {
      PageTable table = vma.table();
      cpu.at(LOCK).spin_lock(table.lock());
      long entry = cpu.at(READ_PTE).read_plain_in_source(table.pte());
      if (Pte.isMigration(entry) && Pte.address(entry) == old.address()) {
        removeMigrationPte(cpu, table, entry, page);
      }
      cpu.at(UNLOCK).spin_unlock(table.lock());
    }
  }

  /**
   * remove_migration_pte(); the caller holds the PT lock.
   *
   * @param page what the entry is to map
   */
  public void removeMigrationPte(Cpu cpu, PageTable table, long entry, Page page) {
    Page folio = Folio.of(cpu.at(GET), page);
    cpu.atomic_inc(folio.refcount());
    boolean dirty =
        kernel.state() == KernelState.S3
            && cpu.at(DIRTY).test_bit(PG_DIRTY, folio.flags())
            && Pte.dirty(entry);
    boolean exclusive =
        PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(folio))
            && kernel.has(EXCLUSIVE)
            && (Pte.isExclusiveMigration(entry) || !kernel.has(READABLE));
    long pte = restored(entry, page, dirty);
    if (kernel.state() == KernelState.S0) {
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    }
    AddAnonRmap.pageAddAnonRmap(kernel, cpu, page, exclusive);
    if (kernel.state() != KernelState.S0) {
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte);
    }
  }

  private static long restored(long entry, Page page, boolean dirty) {
    boolean writable = Pte.writable(entry);
    long protection = writable ? 0 : entry & Pte.UFFD_WP;
    if (page.isDevicePrivate()) {
      return Pte.devicePrivate(page, writable) | protection;
    }
    return Pte.readOnly(page) | (writable ? Pte.WRITE : 0) | (dirty ? Pte.DIRTY : 0) | protection;
  }
}
