package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_MAPPEDTODISK;
import static org.cowcheck.mm.PageFlag.PG_REFERENCED;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import java.util.function.Function;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.DevicePage;
import org.cowcheck.patch.Kernel;

/**
 * migrate_folio() of a small anonymous page that is unmapped: folio_migrate_mapping(), folio_copy()
 * and folio_migrate_flags() (mm/migrate.c), S0 to S3. In S0 and S1 the names begin with
 * migrate_page.
 *
 * <h2>The count</h2>
 *
 * Any extra reference makes it fail, also the first step of a pin. A page in the swap cache is
 * frozen by cmpxchg; any other anonymous page is only looked at: nobody can reach it any more whom
 * the look would not see, because its entries have been cleared and flushed.
 *
 * <h2>PG_anon_exclusive</h2>
 *
 * goes by way of the migration entries. In S2 and S3 PG_mappedtodisk is copied as well, and with it
 * a flag that is stale, without the PT lock: of a page that no entry maps, such as a poisoned one.
 * The seed copies no PG_slab.
 *
 * <p>Left out: flags that no path here looks at; KSM, memcg and statistics.
 */
public final class FolioMigrate {
  public static final Steps STEPS = new Steps("folio_migrate_mapping");

  private static final Step IN_SWAPCACHE =
      STEPS.step("MG20", "folio_mapping", "load flags: PG_swapcache?");
  private static final Step COUNT =
      STEPS.step(
          "MG21",
          "folio_migrate_mapping",
          "no swap cache: load _refcount: any extra reference? then -EAGAIN");
  private static final Step LOCK =
      STEPS.step("MG22", "folio_migrate_mapping", "swap cache: take its lock");
  private static final Step FREEZE =
      STEPS.hunk(
          "MG23", "folio_ref_freeze", "swap cache: _refcount from expected to 0, or else -EAGAIN");
  private static final Step MAPPING =
      STEPS.step("MG24", "folio_migrate_mapping", "mapping of the new page becomes the old one's");
  private static final Step SWAPBACKED =
      STEPS.step("MG25", "folio_migrate_mapping", "PG_swapbacked likewise, not atomically");
  private static final Step NEW_IN_CACHE =
      STEPS.step(
          "MG26",
          "folio_migrate_mapping",
          "swap cache: a reference of the new page, PG_swapcache, private, PG_dirty; the slot's page");
  private static final Step UNFREEZE =
      STEPS.step(
          "MG27", "folio_ref_unfreeze", "swap cache: store-release _refcount; drop its lock");
  private static final Step COPY =
      STEPS.step("MG28", "folio_copy", "copy the contents to the new page");
  private static final Step FLAGS =
      STEPS.step(
          "MG29",
          "folio_migrate_flags",
          "PG_referenced, PG_uptodate (smp_wmb before it), PG_mappedtodisk, PG_dirty likewise");
  private static final Step CLEAR_SWAPCACHE =
      STEPS.step(
          "MG30",
          "folio_migrate_flags",
          "test PG_swapcache of the old page, and clear it; private becomes 0");

  private final Kernel kernel;

  FolioMigrate(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Makes a new page stand for an old one; the caller has locked both.
   *
   * @param slot looks up whose page the old one is, if it is in the swap cache
   * @param extra references that the caller holds beside the one that isolates the page
   * @param copies false if a driver copies the contents (MIGRATE_SYNC_NO_COPY)
   * @return false (-EAGAIN) if somebody has a reference
   */
  boolean migrateFolio(
      Cpu cpu, Page page, Page old, Function<Cpu, SwapSlot> slot, long extra, boolean copies) {
    boolean cached = cpu.at(IN_SWAPCACHE).test_bit(PG_SWAPCACHE, old.flags());
    long expected =
        1 + extra + (old.isDevicePrivate() ? DevicePage.extraReferences(kernel.state()) : 0);
    if (!(cached
        ? migrateCached(cpu, page, old, slot.apply(cpu), expected + 1)
        : migrate(cpu, page, old, expected))) {
      return false;
    }
    if (copies) {
      page.copyFrom(cpu.at(COPY), old);
    }
    migrateFlags(cpu, page, old);
    return true;
  }

  private static boolean migrate(Cpu cpu, Page page, Page old, long expected) {
    if (!cpu.at(COUNT).recheck(() -> hasReferences(cpu, old, expected))) {
      return false;
    }
    migrateMapping(cpu, page, old);
    return true;
  }

  /** With the branch of folio_migrate_mapping() on the count. */
  private static boolean hasReferences(Cpu cpu, Page page, long expected) {
    long references = cpu.atomic_read(page.refcount());
    cpu.ctrl(page.refcount());
    return references == expected;
  }

  private boolean migrateCached(Cpu cpu, Page page, Page old, SwapSlot slot, long expected) {
    cpu.at(LOCK).spin_lock(slot.cacheLock());
    if (kernel.has(FREEZE) && cpu.at(FREEZE).cmpxchg(old.refcount(), expected, 0) != expected) {
      cpu.spin_unlock(slot.cacheLock());
      return false;
    }
    migrateMapping(cpu, page, old);
    cpu.at(NEW_IN_CACHE).atomic_inc(page.refcount());
    cpu.set_bit(PG_SWAPCACHE, page.flags());
    cpu.write_plain_in_source(page.privateData(), cpu.read_plain_in_source(old.privateData()));
    if (cpu.test_bit(PG_DIRTY, old.flags())) {
      cpu.clear_bit(PG_DIRTY, old.flags());
      cpu.set_bit(PG_DIRTY, page.flags());
    }
    cpu.WRITE_ONCE(slot.swapCache(), page.address());
    cpu.at(UNFREEZE).atomic_set_release(old.refcount(), expected - 1);
    cpu.spin_unlock(slot.cacheLock());
    return true;
  }

  private static void migrateMapping(Cpu cpu, Page page, Page old) {
    long mapping = cpu.at(MAPPING).read_plain_in_source(old.mapping());
    cpu.write_plain_in_source(page.mapping(), mapping);
    if (cpu.at(SWAPBACKED).test_bit(PG_SWAPBACKED, old.flags())) {
      cpu.__set_bit(PG_SWAPBACKED, page.flags());
    }
  }

  private static void migrateFlags(Cpu cpu, Page page, Page old) {
    cpu.at(FLAGS);
    copy(cpu, PG_REFERENCED, page, old);
    if (cpu.test_bit(PG_UPTODATE, old.flags())) {
      cpu.smp_wmb();
      cpu.set_bit(PG_UPTODATE, page.flags());
    }
    copy(cpu, PG_MAPPEDTODISK, page, old);
    copy(cpu, PG_DIRTY, page, old);
    if (cpu.at(CLEAR_SWAPCACHE).test_bit(PG_SWAPCACHE, old.flags())) {
      cpu.clear_bit(PG_SWAPCACHE, old.flags());
    }
    cpu.write_plain_in_source(old.privateData(), 0);
  }

  private static void copy(Cpu cpu, int flag, Page page, Page old) {
    if (cpu.test_bit(flag, old.flags())) {
      cpu.set_bit(flag, page.flags());
    }
  }
}
