package org.cowcheck.mm.thp;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.migrate.RemoveMigrationPte;
import org.cowcheck.mm.migrate.TryToMigrate;
import org.cowcheck.patch.Kernel;

/**
 * unmap_folio() and remap_page() of the parts of a huge page that PTEs map (mm/huge_memory.c), S0
 * to S3: the walks of try_to_migrate() and of remove_migration_ptes() through whole tables.
 *
 * <p>Left out: VMAs and their locks; MMU notifiers.
 */
public final class FreezeParts {
  public static final Steps STEPS = new Steps("unmap_folio");

  private static final Step PMD =
      STEPS.step("SH19", "page_vma_mapped_walk", "load the PMD entry: a page table?");
  private static final Step LOCK = STEPS.step("SH20", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ =
      STEPS.step("SH21", "page_vma_mapped_walk", "load the PTE: a part?");
  private static final Step UNLOCK = STEPS.step("SH22", "page_vma_mapped_walk", "drop the PT lock");

  private final TryToMigrate tryToMigrate;
  private final RemoveMigrationPte removeMigrationPte;

  FreezeParts(Kernel kernel, PageFree free) {
    this.tryToMigrate = new TryToMigrate(kernel, free);
    this.removeMigrationPte = new RemoveMigrationPte(kernel);
  }

  /** try_to_migrate() of all parts that a table maps; false if it stopped at a pinned one. */
  boolean tryToMigrate(Cpu cpu, Mm mm, PageTable table, PageBlock block) {
    if (!Pte.isTable(cpu.at(PMD).READ_ONCE(table.pmd()))) {
      return true;
    }
    cpu.at(LOCK).spin_lock(table.lock());
    boolean all = true;
    for (int i = 0; i < table.size() && all; i++) {
      long pte = cpu.at(READ).read_plain_in_source(table.ptes().get(i));
      Page part = part(block, pte);
      if (Pte.present(pte) && part != null) {
        all = tryToMigrate.tryToMigrateOne(cpu, block.head(), part, mm, table.at(i));
      }
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

  /** remove_migration_ptes() of all parts that a table names. */
  void removeMigrationPtes(Cpu cpu, PageTable table, PageBlock block) {
    if (!Pte.isTable(cpu.at(PMD).READ_ONCE(table.pmd()))) {
      return;
    }
    cpu.at(LOCK).spin_lock(table.lock());
    for (int i = 0; i < table.size(); i++) {
      long pte = cpu.at(READ).read_plain_in_source(table.ptes().get(i));
      Page part = part(block, pte);
      if (Pte.isMigration(pte) && part != null) {
        removeMigrationPte.removeMigrationPte(cpu, table.at(i), pte, part);
      }
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
  }
}
