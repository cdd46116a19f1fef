package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * Migration of one small anonymous page that is isolated from the LRU: unmap_and_move()
 * (mm/migrate.c), S0 to S3. 6.1.y has it in two parts, migrate_folio_unmap() and
 * migrate_folio_move(), in the same order.
 *
 * <p>If it fails, the old page is mapped again as its migration entries say, which a fork may have
 * changed meanwhile.
 *
 * <p>Left out: writeback, which is over; the reference of the anon_vma; lru_cache_add(), which
 * takes the new page to the LRU in a batch; another try. Faults that find a migration entry wait
 * for the page lock, and are tried again later.
 */
public final class Migrate {
  public static final Steps STEPS = new Steps("unmap_and_move");

  private static final Step LOCK_OLD =
      STEPS.step("MG40", "__unmap_and_move", "trylock the page: test and set PG_locked");
  private static final Step LOCK_NEW =
      STEPS.step("MG41", "__unmap_and_move", "trylock the new page: test and set PG_locked");
  private static final Step MAPPED =
      STEPS.step("MG42", "__unmap_and_move", "load _mapcount: mapped? then try_to_migrate");
  private static final Step STILL_MAPPED =
      STEPS.step("MG43", "__unmap_and_move", "load _mapcount: still mapped? then restore");
  private static final Step UNLOCK_NEW =
      STEPS.step("MG44", "__unmap_and_move", "unlock the new page: clear PG_locked");
  private static final Step UNLOCK_OLD =
      STEPS.step("MG45", "__unmap_and_move", "unlock the page: clear PG_locked");
  private static final Step PUT_NEW =
      STEPS.step("MG46", "unmap_and_move", "drop the reference of the new page");
  private static final Step PUT_OLD =
      STEPS.step("MG47", "unmap_and_move", "moved: drop the reference of the old page");

  private final TryToMigrate tryToMigrate;
  private final FolioMigrate folioMigrate;
  private final RemoveMigrationPte removeMigrationPte;
  private final PageFree free;

  public Migrate(Kernel kernel, PageFree free) {
    this.tryToMigrate = new TryToMigrate(kernel, free);
    this.folioMigrate = new FolioMigrate(kernel);
    this.removeMigrationPte = new RemoveMigrationPte(kernel);
    this.free = free;
  }

  /**
   * Migrates a page.
   *
   * @param slot the page's, if it is in the swap cache
   * @param pages the free pages of this CPU
   * @return whether it moved
   */
  public boolean unmapAndMove(
      Cpu cpu, Page page, List<RmapVma> vmas, SwapSlot slot, FreeList pages) {
    Page target = PageAlloc.allocPage(cpu, pages);
    return unmap(cpu, page, target, vmas) && move(cpu, page, target, vmas, slot);
  }

  /** A new page for a migration in two parts. */
  public Page allocPage(Cpu cpu, FreeList pages) {
    return PageAlloc.allocPage(cpu, pages);
  }

  /** The first part: whether the page is unmapped now. If so, it and the new page stay locked. */
  public boolean unmap(Cpu cpu, Page page, Page target, List<RmapVma> vmas) {
    if (cpu.at(LOCK_OLD).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT_NEW), target);
      return false;
    }
    boolean lockedBoth = !cpu.at(LOCK_NEW).test_and_set_bit_lock(PG_LOCKED, target.flags());
    if (lockedBoth && isMapped(cpu.at(MAPPED), page)) {
      tryToMigrate.tryToMigrate(cpu, page, vmas);
    }
    if (lockedBoth && !isMapped(cpu.at(STILL_MAPPED), page)) {
      return true;
    }
    if (lockedBoth) {
      removeMigrationPte.removeMigrationPtes(cpu, page, page, vmas);
      unlock(cpu.at(UNLOCK_NEW), target);
    }
    unlock(cpu.at(UNLOCK_OLD), page);
    free.putPage(cpu.at(PUT_NEW), target);
    return false;
  }

  /** The second part: whether the page moved. */
  public boolean move(Cpu cpu, Page page, Page target, List<RmapVma> vmas, SwapSlot slot) {
    boolean moved = folioMigrate.migrateFolio(cpu, target, page, any -> slot, 0, true);
    removeMigrationPte.removeMigrationPtes(cpu, page, moved ? target : page, vmas);
    unlock(cpu.at(UNLOCK_NEW), target);
    unlock(cpu.at(UNLOCK_OLD), page);
    free.putPage(cpu.at(PUT_NEW), target);
    if (moved) {
      free.putPage(cpu.at(PUT_OLD), page);
    }
    return moved;
  }

  private static boolean isMapped(Cpu cpu, Page page) {
    return cpu.atomic_read(page.mapcount()) >= 0;
  }

  private static void unlock(Cpu cpu, Page page) {
    cpu.clear_bit_unlock(PG_LOCKED, page.flags());
  }
}
