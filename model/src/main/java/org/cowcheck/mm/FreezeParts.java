package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Kernel;

/**
 * unmap_folio() and remap_page() of the parts of a huge page that PTEs map: try_to_migrate_one()
 * (mm/rmap.c) and remove_migration_pte() (mm/migrate.c), S0 to S3.
 *
 * <p>Left out: VMAs and their locks; the dirty bit of a migration entry (since v6.1), the accessed
 * bit; MMU notifiers; that the page is locked is not looked at again.
 */
final class FreezeParts {
  static final Steps STEPS = new Steps("unmap_folio");

  private static final Step LOCK = STEPS.step("SH20", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ =
      STEPS.step("SH21", "page_vma_mapped_walk", "load the PTE: a part?");
  private static final Step EXCLUSIVE =
      STEPS.step("SH22", "try_to_migrate_one, S1 to S3", "load flags: PG_anon_exclusive?");
  private static final Step CLEAR =
      STEPS.step("SH23", "ptep_clear_flush", "clear the PTE, flush the TLB (A1)");
  private static final Step DIRTY =
      STEPS.step("SH24", "try_to_migrate_one", "the PTE was dirty: set PG_dirty of the head");
  private static final Step NOT_EXCLUSIVE =
      STEPS.step(
          "SH25", "try_to_migrate_one, S1 to S3", "VM_BUG_ON: writable, anonymous, not exclusive");
  private static final Step RESTORE =
      STEPS.step("SH26", "try_to_migrate_one, S1 to S3", "pinned: store the PTE as it was");
  private static final Step SET =
      STEPS.step("SH27", "try_to_migrate_one", "store the migration entry (A4)");
  private static final Step REMOVE_RMAP = STEPS.step("SH28", "page_remove_rmap", "_mapcount - 1");
  private static final Step PUT = STEPS.step("SH29", "try_to_migrate_one", "drop the reference");
  private static final Step UNLOCK = STEPS.step("SH30", "page_vma_mapped_walk", "drop the PT lock");
  private static final Step GET = STEPS.step("SH31", "remove_migration_pte", "_refcount + 1");
  private static final Step ADD_RMAP =
      STEPS.step("SH32", "page_add_anon_rmap", "_mapcount + 1: the first mapping?");
  private static final Step SET_EXCLUSIVE =
      STEPS.step(
          "SH33",
          "__page_set_anon_rmap, S1 to S3",
          "set PG_anon_exclusive of the part, atomically");
  private static final Step BACK =
      STEPS.step("SH34", "remove_migration_pte", "store the PTE: present");

  private final Kernel kernel;
  private final Arch arch;
  private final PageFree free;

  FreezeParts(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.free = free;
  }

  /** try_to_migrate_one() of all parts that a table maps; false if it stopped at a pinned one. */
  boolean tryToMigrate(Cpu cpu, Mm mm, PageTable table, PageBlock block) {
    cpu.at(LOCK).spin_lock(table.lock());
    boolean all = true;
    for (int i = 0; i < table.size() && all; i++) {
      long pte = cpu.at(READ).read_plain_in_source(table.ptes().get(i));
      Page part = part(block, pte);
      all = !Pte.present(pte) || part == null || tryToMigrateOne(cpu, mm, table.at(i), part);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return all;
  }

  private static Page part(PageBlock block, long pte) {
    for (Page page : block.pages()) {
      if (Pte.names(pte, page)) {
        return page;
      }
    }
    return null;
  }

  private boolean tryToMigrateOne(Cpu cpu, Mm mm, PageTable table, Page part) {
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel.state()), part.flags());
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR), table);
    arch.flushTlb(cpu, mm);
    if (Pte.dirty(pte)) {
      cpu.at(DIRTY).set_bit(PG_DIRTY, part.block().head().flags());
    }
    if (kernel.state().hasAnonExclusive()) {
      cpu.at(NOT_EXCLUSIVE).VM_BUG_ON(Pte.writable(pte) && !exclusive);
    }
    if (exclusive && !ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, part)) {
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
      return false;
    }
    long kind = Pte.writable(pte) ? Pte.WRITE : exclusive ? Pte.EXCLUSIVE : 0;
    cpu.at(SET).WRITE_ONCE(table.pte(), part.address() | Pte.MIGRATION | kind);
    CompoundRmap.removePart(cpu.at(REMOVE_RMAP), part);
    free.putPage(cpu.at(PUT), part);
    return true;
  }

  /** remove_migration_ptes() of all parts that a table names. */
  void removeMigrationPtes(Cpu cpu, PageTable table, PageBlock block) {
    cpu.at(LOCK).spin_lock(table.lock());
    for (Word entry : table.ptes()) {
      long pte = cpu.at(READ).read_plain_in_source(entry);
      Page part = part(block, pte);
      if (Pte.isMigration(pte) && part != null) {
        removeMigrationPte(cpu, entry, pte, part);
      }
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
  }

  private void removeMigrationPte(Cpu cpu, Word entry, long pte, Page part) {
    Folio.getPage(cpu.at(GET), part);
    boolean exclusive =
        kernel.state().hasAnonExclusive() && (pte & (Pte.WRITE | Pte.EXCLUSIVE)) != 0;
    boolean first = cpu.at(ADD_RMAP).atomic_inc_and_test(part.mapcount());
    cpu.VM_BUG_ON(!first && exclusive);
    if (first && exclusive) {
      cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel.state()), part.flags());
    }
    cpu.at(BACK).WRITE_ONCE(entry, part.address() | Pte.PRESENT | (pte & Pte.WRITE));
  }
}
