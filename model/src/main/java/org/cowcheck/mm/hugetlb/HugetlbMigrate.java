package org.cowcheck.mm.hugetlb;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * unmap_and_move_huge_page() of an anonymous page of hugetlb that one entry maps (mm/migrate.c),
 * with try_to_migrate_one() (mm/rmap.c) and remove_migration_pte(), S0 to S3.
 *
 * <p>The page was isolated, by which the caller has a reference. Without a mapping of a file there
 * is nothing to freeze: the count is looked at once, after the page is unmapped.
 *
 * <p>Left out: anon_vma and its lock; a page that somebody else has locked, which is waited for;
 * cgroups and what the pool keeps of a page; the flags that are copied, among them PG_mappedtodisk
 * in S2 and S3, which is clear by then: the new page gets PG_uptodate alone, as a new page does.
 */
public final class HugetlbMigrate {
  public static final Steps STEPS = new Steps("unmap_and_move_huge_page");

  private static final Step TRYLOCK =
      STEPS.step("HV1", "unmap_and_move_huge_page", "trylock the page: test and set PG_locked");
  private static final Step LOCK =
      STEPS.step("HV2", "page_vma_mapped_walk", "take the lock of the entry");
  private static final Step READ_ENTRY =
      STEPS.step("HV3", "page_vma_mapped_walk", "load the entry: the page?");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "HV4", "try_to_migrate_one, S1 to S3", "load flags of the head: PG_anon_exclusive?");
  private static final Step CLEAR =
      STEPS.step("HV5", "huge_ptep_clear_flush", "clear the entry (A1), flush the TLB");
  private static final Step DIRTY =
      STEPS.step("HV6", "try_to_migrate_one", "it was dirty: test PG_dirty, and set it");
  private static final Step CHECK =
      STEPS.step(
          "HV7", "try_to_migrate_one, S1 to S3", "VM_BUG_ON: writable and not PG_anon_exclusive");
  private static final Step RESTORE =
      STEPS.step("HV8", "try_to_migrate_one, S1 to S3", "pinned: store the entry as it was");
  private static final Step SET_MIGRATION =
      STEPS.step("HV9", "try_to_migrate_one", "store the migration entry (A4)");
  private static final Step PUT =
      STEPS.step("HV10", "try_to_migrate_one", "drop the reference of the mapping");
  private static final Step UNLOCK =
      STEPS.step("HV11", "try_to_migrate_one", "drop the lock of the entry");
  private static final Step COUNT =
      STEPS.step("HV12", "folio_migrate_mapping", "load _refcount: no other reference?");
  private static final Step MAPPING =
      STEPS.step("HV13", "folio_migrate_mapping", "store mapping of the new page");
  private static final Step RESTORE_LOCK =
      STEPS.step("HV14", "remove_migration_pte", "take the lock of the entry");
  private static final Step READ_MIGRATION =
      STEPS.step("HV15", "remove_migration_pte", "load the entry: the migration entry?");
  private static final Step GET =
      STEPS.step("HV16", "remove_migration_pte", "_refcount of what is mapped + 1");
  private static final Step SET =
      STEPS.step("HV17", "remove_migration_pte", "store the entry: present again");
  private static final Step RESTORE_UNLOCK =
      STEPS.step("HV18", "remove_migration_pte", "drop the lock of the entry");
  private static final Step UNLOCK_PAGE =
      STEPS.step("HV19", "unmap_and_move_huge_page", "unlock the page: clear PG_locked");
  private static final Step PUT_UNUSED =
      STEPS.step("HV20", "putback_active_hugepage", "drop the caller's references of both pages");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Migrating under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back a page whose last reference is dropped
   */
  public HugetlbMigrate(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Migrates a page, and drops the reference of the caller.
   *
   * @param pages the free pages of this CPU, one of which becomes the new page
   * @return whether the page has gone back to the pool
   */
  public boolean migrate(Cpu cpu, HugetlbVma vma, Page page, FreeList pages) {
    Page target = HugetlbAlloc.allocHugePage(cpu, pages);
    if (!cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      if (tryToMigrate(cpu, vma, page)) {
        boolean moves = cpu.at(COUNT).atomic_read(page.refcount()) == 1;
        cpu.ctrl(page.refcount());
        if (moves) {
          cpu.at(MAPPING).write_plain_in_source(target.mapping(), Page.ANON_VMA);
          HugetlbAlloc.copyHugePage(cpu, target, page);
          HugetlbAlloc.setPageUptodate(cpu, target);
        }
        removeMigrationPte(cpu, vma, page, moves ? target : page);
      }
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    boolean freed = free.putPage(cpu.at(PUT_UNUSED), page);
    free.putPage(cpu.at(PUT_UNUSED), target);
    return freed;
  }

  private boolean tryToMigrate(Cpu cpu, HugetlbVma vma, Page page) {
    boolean hasFlag = kernel.state().hasAnonExclusive();
    cpu.at(LOCK).spin_lock(vma.lock());
    long mapped = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
    if (!Pte.present(mapped) || Pte.address(mapped) != page.address()) {
      cpu.at(UNLOCK).spin_unlock(vma.lock());
      return false;
    }
    boolean exclusive =
        hasFlag && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(kernel), page.flags());
    long entry = arch.getAndClear(cpu.at(CLEAR), vma.entry());
    arch.flushTlb(cpu, vma.mm());
    if (Pte.dirty(entry) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    cpu.at(CHECK).VM_BUG_ON(hasFlag && Pte.writable(entry) && !exclusive);
    boolean migrates = !exclusive || ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, page);
    if (migrates) {
      long kind = Pte.writable(entry) ? Pte.WRITE : exclusive ? Pte.EXCLUSIVE : 0;
      cpu.at(SET_MIGRATION)
          .WRITE_ONCE(vma.entry(), page.address() | Pte.MIGRATION | Pte.HUGE | kind);
      HugetlbRmap.remove(cpu, page);
      free.putPage(cpu.at(PUT), page);
    } else {
      cpu.at(RESTORE).WRITE_ONCE(vma.entry(), entry);
    }
    cpu.at(UNLOCK).spin_unlock(vma.lock());
    return migrates;
  }

  private void removeMigrationPte(Cpu cpu, HugetlbVma vma, Page old, Page mapped) {
    cpu.at(RESTORE_LOCK).spin_lock(vma.lock());
    long entry = cpu.at(READ_MIGRATION).read_plain_in_source(vma.entry());
    if (Pte.isMigration(entry) && Pte.page(memory, entry).equals(old)) {
      cpu.at(GET).atomic_inc(mapped.refcount());
      boolean exclusive =
          kernel.state() != KernelState.S0 && (entry & (Pte.WRITE | Pte.EXCLUSIVE)) != 0;
      HugetlbRmap.add(kernel, cpu, mapped, exclusive);
      long write = (entry & Pte.WRITE) != 0 ? Pte.WRITE | Pte.DIRTY : 0;
      cpu.at(SET).WRITE_ONCE(vma.entry(), Pte.readOnly(mapped) | Pte.HUGE | write);
    }
    cpu.at(RESTORE_UNLOCK).spin_unlock(vma.lock());
  }
}
