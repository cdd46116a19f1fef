package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OrigPte;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.DevicePage;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * Migration of one page to device-private memory and back: migrate_vma_setup(), _pages() and
 * _finalize(), migrate_device_range() (mm/migrate_device.c, before v5.19 mm/migrate.c) and what a
 * driver does between, S0 to S3.
 *
 * <p>Left out: accesses by a stale translation, for which the flushes wait; that a driver migrates
 * many pages at once, holes and the zero page; MMU notifiers; mmap_lock, which the caller holds for
 * reading; lru_cache_add().
 */
public final class MigrateVma {
  public static final Steps STEPS = new Steps("migrate_vma");

  private static final Step ISOLATE =
      STEPS.step(
          "MV20", "isolate_lru_page", "not a device's: test and clear PG_lru, _refcount + 1");
  private static final Step PUT_COLLECT =
      STEPS.step("MV21", "migrate_device_unmap", "isolated: drop the reference of the collection");
  private static final Step MAPPED =
      STEPS.step("MV22", "migrate_device_unmap", "load _mapcount: mapped? then try_to_migrate");
  private static final Step CHECK =
      STEPS.step(
          "MV23",
          "migrate_vma_check_page",
          "load _mapcount, _refcount, flags: mapped or referenced? then restore");
  private static final Step PUT_BACK = STEPS.step("MV24", "putback_lru_page", "set PG_lru again");
  private static final Step INDEX =
      STEPS.step("MV36a", "folio_migrate_mapping", "in the swap cache: load private, the slot");
  private static final Step COPY =
      STEPS.step("MV25", "driver", "copy the contents to the new page");
  private static final Step LOCK_NEW =
      STEPS.step("MV26", "driver", "lock the new page: test and set PG_locked");
  private static final Step UNLOCK_OLD =
      STEPS.step("MV27", "migrate_device_finalize", "unlock the page: clear PG_locked");
  private static final Step PUT_OLD =
      STEPS.step("MV28", "migrate_device_finalize", "drop the reference of the page");
  private static final Step UNLOCK_NEW =
      STEPS.step("MV29", "migrate_device_finalize", "unlock the new page: clear PG_locked");
  private static final Step PUT_NEW =
      STEPS.step("MV30", "migrate_device_finalize", "drop the reference of the new page");
  private static final Step FAULT_PTE =
      STEPS.step("MV31", "do_swap_page", "load the PTE: device-private?");
  private static final Step FAULT_HOLD =
      STEPS.step(
          "MV32",
          "do_swap_page, S3",
          "under the PT lock: still the same? then _refcount + 1 (16ce101db85d)");
  private static final Step RANGE_GET =
      STEPS.step("MV34", "migrate_device_range, S3", "_refcount + 1 unless 0");
  private static final Step RANGE_TRYLOCK =
      STEPS.step("MV35", "migrate_device_range, S3", "trylock the page: test and set PG_locked");
  private static final Step FAULT_PUT =
      STEPS.step("MV33", "do_swap_page, S3", "drop the reference");

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;
  private final MigrateVmaCollect collect;
  private final TryToMigrate tryToMigrate;
  private final FolioMigrate folioMigrate;
  private final RemoveMigrationPte removeMigrationPte;
  private final DevicePage device;

  /** Where the migration goes. */
  private interface Target {
    /** A new page, locked. */
    Page alloc(Cpu cpu);
  }

  /**
   * Migration to and from a device under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public MigrateVma(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
    this.collect = new MigrateVmaCollect(kernel, memory, free);
    this.tryToMigrate = new TryToMigrate(kernel, free);
    this.folioMigrate = new FolioMigrate(kernel);
    this.removeMigrationPte = new RemoveMigrationPte(kernel);
    this.device = new DevicePage(kernel);
  }

  /**
   * Migrates what an entry maps to a free page of a device.
   *
   * @param vmas all that map the page; the first is the one that is migrated
   * @return whether it moved
   */
  public boolean toDevice(Cpu cpu, List<RmapVma> vmas, Page page) {
    Page old = setup(cpu, vmas);
    return old != null && migrate(cpu, vmas, old, target -> handOut(target, page), 0);
  }

  /** The first half of {@link #toDevice}: the page, unmapped and locked; null if it failed. */
  public Page setup(Cpu cpu, List<RmapVma> vmas) {
    Page page = collect.collect(cpu, vmas.get(0));
    return page != null && unmap(cpu, vmas, page, null) ? page : null;
  }

  /** The second half. */
  public boolean finish(Cpu cpu, List<RmapVma> vmas, Page old, Page page) {
    return migrate(cpu, vmas, old, target -> handOut(target, page), 0);
  }

  private Page handOut(Cpu cpu, Page page) {
    device.init(cpu, page);
    return page;
  }

  /**
   * A fault on a device-private entry: do_swap_page() and migrate_to_ram().
   *
   * @param vmas all that map the page; the first is the one that faults
   * @param pages the free pages of this CPU
   * @return whether the page moved
   */
  public boolean toRam(Cpu cpu, List<RmapVma> vmas, FreeList pages) {
    OrigPte entry = OrigPte.load(cpu.at(FAULT_PTE), vmas.get(0).table().pte());
    return Pte.isDevicePrivate(entry.value()) && toRam(cpu, vmas, entry, pages) == Brought.MOVED;
  }

  /** What becomes of a page that is to come back from a device. */
  public enum Brought {
    MOVED,
    /** The entry is another by now. */
    CHANGED,
    /** Somebody else migrates the page, or has locked it. */
    BUSY,
    /** It was unmapped, but somebody else has a reference: all is as before. */
    KEPT
  }

  /** The same, of an entry that has been loaded. */
  public Brought toRam(Cpu cpu, List<RmapVma> vmas, OrigPte entry, FreeList pages) {
    PageTable table = vmas.get(0).table();
    Page fault = kernel.state() == KernelState.S3 ? Pte.page(memory, entry.value()) : null;
    if (fault != null && !hold(cpu, table, entry.value(), fault)) {
      return Brought.CHANGED;
    }
    Brought brought = bring(cpu, vmas, fault, pages);
    if (fault != null) {
      free.putPage(cpu.at(FAULT_PUT), fault);
    }
    return brought;
  }

  /** migrate_to_ram() of a driver. */
  private Brought bring(Cpu cpu, List<RmapVma> vmas, Page fault, FreeList pages) {
    Page old = collect.collect(cpu, vmas.get(0));
    if (old == null) {
      return Brought.BUSY;
    }
    boolean moved =
        unmap(cpu, vmas, old, fault)
            && migrate(cpu, vmas, old, target -> lockedPage(target, pages), fault == old ? 1 : 0);
    return moved ? Brought.MOVED : Brought.KEPT;
  }

  /**
   * migrate_device_range() of one page, and what its driver does then: S3 alone has it.
   *
   * @param vmas all that may map the page
   * @param pages the free pages of this CPU
   * @return whether the page moved
   */
  public boolean deviceRange(Cpu cpu, Page page, List<RmapVma> vmas, FreeList pages) {
    if (!cpu.at(RANGE_GET).atomic_add_unless(page.refcount(), 1, 0)) {
      return false;
    }
    if (cpu.at(RANGE_TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(MigrateVmaCollect.PUT_BUSY), page);
      return false;
    }
    return unmap(cpu, vmas, page, null)
        && migrate(cpu, vmas, page, target -> lockedPage(target, pages), 0);
  }

  private static boolean hold(Cpu cpu, PageTable table, long entry, Page page) {
    cpu.at(FAULT_HOLD).spin_lock(table.lock());
    boolean same = cpu.recheck(table.pte(), entry);
    if (same) {
      cpu.atomic_inc(page.refcount());
    }
    cpu.spin_unlock(table.lock());
    return same;
  }

  private static Page lockedPage(Cpu cpu, FreeList pages) {
    Page page = PageAlloc.allocPage(cpu, pages);
    cpu.at(LOCK_NEW).test_and_set_bit_lock(PG_LOCKED, page.flags());
    return page;
  }

  /** migrate_device_unmap(): whether nobody else maps or references the page. */
  private boolean unmap(Cpu cpu, List<RmapVma> vmas, Page page, Page fault) {
    boolean isolated = page.isDevicePrivate() || isolate(cpu, page);
    if (isolated) {
      if (cpu.at(MAPPED).atomic_read(page.mapcount()) >= 0) {
        tryToMigrate.tryToMigrate(cpu, page, vmas);
      }
      if (cpu.at(CHECK).recheck(() -> checkPage(cpu, page, fault))) {
        return true;
      }
      if (!page.isDevicePrivate()) {
        cpu.at(PUT_BACK).set_bit(PG_LRU, page.flags());
      }
    }
    finish(cpu, vmas, page, page, false);
    return false;
  }

  private boolean isolate(Cpu cpu, Page page) {
    if (!cpu.at(ISOLATE).test_and_clear_bit(PG_LRU, page.flags())) {
      return false;
    }
    cpu.atomic_inc(page.refcount());
    free.putPage(cpu.at(PUT_COLLECT), page);
    return true;
  }

  /** page_mapped() and migrate_vma_check_page(). In all states a device's page has one for free. */
  private static boolean checkPage(Cpu cpu, Page page, Page fault) {
    if (cpu.atomic_read(page.mapcount()) >= 0) {
      return false;
    }
    long extra = page == fault ? 2 : 1;
    extra += page.isDevicePrivate() ? 1 : 0;
    extra += cpu.test_bit(PG_SWAPCACHE, page.flags()) ? 1 : 0;
    return cpu.atomic_read(page.refcount()) - extra <= cpu.atomic_read(page.mapcount()) + 1;
  }

  /** folio_index() of a page in the swap cache. */
  private SwapSlot slotOf(Cpu cpu, Page page) {
    return memory.object(cpu.at(INDEX).read_plain_in_source(page.privateData()), SwapSlot.class);
  }

  private boolean migrate(Cpu cpu, List<RmapVma> vmas, Page old, Target target, long extra) {
    Page page = target.alloc(cpu);
    page.copyFrom(cpu.at(COPY), old);
    boolean moved = folioMigrate.migrateFolio(cpu, page, old, by -> slotOf(by, old), extra, false);
    if (!moved) {
      cpu.at(UNLOCK_NEW).clear_bit_unlock(PG_LOCKED, page.flags());
      free.putPage(cpu.at(PUT_NEW), page);
    }
    if (!moved && !old.isDevicePrivate()) {
      cpu.at(PUT_BACK).set_bit(PG_LRU, old.flags());
    }
    finish(cpu, vmas, old, moved ? page : old, moved);
    return moved;
  }

  /** migrate_device_finalize(). */
  private void finish(Cpu cpu, List<RmapVma> vmas, Page old, Page page, boolean moved) {
    removeMigrationPte.removeMigrationPtes(cpu, old, page, vmas);
    cpu.at(UNLOCK_OLD).clear_bit_unlock(PG_LOCKED, old.flags());
    free.putPage(cpu.at(PUT_OLD), old);
    if (moved) {
      cpu.at(UNLOCK_NEW).clear_bit_unlock(PG_LOCKED, page.flags());
      free.putPage(cpu.at(PUT_NEW), page);
    }
  }
}
