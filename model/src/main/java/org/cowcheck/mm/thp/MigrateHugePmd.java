package org.cowcheck.mm.thp;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;

/**
 * set_pmd_migration_entry() and remove_migration_pmd() (mm/huge_memory.c): the PMD entry of an
 * anonymous huge page that is to be migrated as a whole, and back to the same page if that fails,
 * S0 to S3. The caller has locked the page and holds a reference.
 *
 * <p>The order is that of try_to_migrate_one(): the entry is made invalid, pins are looked for, the
 * flag of the head is cleared, the migration entry is stored.
 *
 * <p>Left out: files; soft-dirty, userfaultfd and accessed bits; MMU notifiers.
 */
public final class MigrateHugePmd {
  public static final Steps STEPS = new Steps("set_pmd_migration_entry");

  private static final Step LOCK =
      STEPS.step("UH1", "page_vma_mapped_walk", "take the lock of the PMD entry");
  private static final Step READ =
      STEPS.step("UH2", "page_vma_mapped_walk", "load the PMD entry: the page?");
  private static final Step INVALIDATE =
      STEPS.step("UH3", "pmdp_invalidate", "exchange the PMD entry for an invalid one (A1)");
  private static final Step FLUSH = STEPS.step("UH4", "pmdp_invalidate", "flush the TLB");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "UH5",
          "set_pmd_migration_entry, S1 to S3",
          "PageAnon and PG_anon_exclusive of the head?");
  private static final Step RESTORE =
      STEPS.step(
          "UH6", "set_pmd_migration_entry, S1 to S3", "pinned: store the PMD entry as it was");
  private static final Step DIRTY =
      STEPS.step("UH7", "set_pmd_migration_entry", "it was dirty: set PG_dirty, atomically");
  private static final Step SET =
      STEPS.step("UH8", "set_pmd_migration_entry", "store the migration entry (A4)");
  private static final Step PUT =
      STEPS.step("UH9", "set_pmd_migration_entry", "drop the reference");
  private static final Step UNLOCK =
      STEPS.step("UH10", "page_vma_mapped_walk", "drop the lock of the PMD entry");
  private static final Step GET = STEPS.step("UH11", "remove_migration_pmd", "_refcount + 1");
  private static final Step BACK =
      STEPS.step("UH12", "remove_migration_pmd", "store the PMD entry: present");
  private static final Step NOT_EXCLUSIVE =
      STEPS.step(
          "UH13",
          "remove_migration_pmd, S1 to S3",
          "writable: VM_BUG_ON without PG_anon_exclusive");

  private final Kernel kernel;
  private final ArchPmd arch;
  private final Memory memory;
  private final PageFree free;
  private final FreezeParts parts;

  /**
   * Migration under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back a reference
   */
  public MigrateHugePmd(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
    this.parts = new FreezeParts(kernel, free);
  }

  /** set_pmd_migration_entry(); whether the PMD entry is a migration entry now. */
  public boolean set(Cpu cpu, Mm mm, PageTable table, Page head) {
    cpu.at(LOCK).spin_lock(table.above().lock());
    long mapped = cpu.at(READ).read_plain_in_source(table.pmd());
    boolean sets =
        Pte.isTransHuge(mapped)
            && Pte.address(mapped) == head.address()
            && setLocked(cpu, mm, table, head);
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return sets;
  }

  private boolean setLocked(Cpu cpu, Mm mm, PageTable table, Page head) {
    long pmd = arch.establishInvalid(cpu.at(INVALIDATE), table.pmd());
    arch.flush(cpu.at(FLUSH), mm);
    boolean exclusive = isExclusive(cpu, EXCLUSIVE, head);
    if (exclusive && !ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, head)) {
      cpu.at(RESTORE).WRITE_ONCE(table.pmd(), pmd);
      return false;
    }
    if (Pte.dirty(pmd)) {
      cpu.at(DIRTY).set_bit(PG_DIRTY, head.flags());
    }
    long kind = Pte.writable(pmd) ? Pte.WRITE : exclusive ? Pte.EXCLUSIVE : 0;
    cpu.at(SET).WRITE_ONCE(table.pmd(), head.address() | Pte.HUGE | Pte.MIGRATION | kind);
    CompoundRmap.remove(cpu, head);
    free.putPage(cpu.at(PUT), head);
    return true;
  }

  private boolean isExclusive(Cpu cpu, Step step, Page head) {
    return kernel.state().hasAnonExclusive()
        && PageTests.pageAnon(cpu.at(step), head)
        && cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags());
  }

  /**
   * remove_migration_ptes() of a migration that failed: the PMD entry maps the same page again, or
   * each PTE its part, if somebody has split the PMD entry meanwhile.
   */
  public void removeMigrationPtes(Cpu cpu, PageTable table, Page head) {
    if (!removeMigrationPmd(cpu, table)) {
      parts.removeMigrationPtes(cpu, table, head.block());
    }
  }

  /**
   * remove_migration_pmd(): the migration failed, and the entry maps the same page again.
   *
   * @return false if it was no migration entry
   */
  public boolean removeMigrationPmd(Cpu cpu, PageTable table) {
    cpu.at(LOCK).spin_lock(table.above().lock());
    long entry = cpu.at(READ).read_plain_in_source(table.pmd());
    boolean restores = Pte.isHuge(entry) && Pte.isMigration(entry);
    if (restores) {
      Page head = Pte.page(memory, entry);
      cpu.at(GET).atomic_inc(head.refcount());
      boolean writable = (entry & Pte.WRITE) != 0;
      boolean exclusive = writable || (entry & Pte.EXCLUSIVE) != 0;
      CompoundRmap.add(kernel, cpu, head, exclusive && kernel.state().hasAnonExclusive());
      if (writable && kernel.state().hasAnonExclusive()) {
        cpu.VM_BUG_ON(!isExclusive(cpu, NOT_EXCLUSIVE, head));
      }
      cpu.at(BACK)
          .WRITE_ONCE(
              table.pmd(), head.address() | Pte.PRESENT | Pte.HUGE | (writable ? Pte.WRITE : 0));
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return restores;
  }
}
