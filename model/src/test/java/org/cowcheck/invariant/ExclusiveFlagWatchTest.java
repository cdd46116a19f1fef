package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.PG_MAPPEDTODISK;
import static org.cowcheck.mm.PageFlag.PG_REFERENCED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.migrate.FolioMigrate;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;

/** Changes of PG_anon_exclusive are noted unless a PT lock is held or the page is freed. */
final class ExclusiveFlagWatchTest {
  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final Page other = Page.free(memory, "other");
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final Spinlock otherLock = memory.spinlock("other.lock");
  private final HardwareCpu hardware = new HardwareCpu();
  private final ExclusiveFlagWatch cpu =
      new ExclusiveFlagWatch(
          hardware,
          Kernels.of(KernelState.S3),
          ImmutableSet.of(page.flags()),
          ImmutableSet.of(table.lock().word()));

  private void assertNoted(int times) {
    assertEquals(
        times,
        hardware.notes().stream()
            .filter(note -> note.name().equals(ExclusiveFlagWatch.UNLOCKED_CHANGE))
            .count());
  }

  @Test
  void underThePtLockItMayChange() {
    cpu.spin_lock(table.lock());
    cpu.set_bit(PG_MAPPEDTODISK, page.flags());
    cpu.clear_bit(PG_MAPPEDTODISK, page.flags());
    cpu.spin_unlock(table.lock());
    assertNoted(0);
  }

  @Test
  void underAnyOtherLockItMayNot() {
    cpu.spin_lock(otherLock);
    cpu.set_bit(PG_MAPPEDTODISK, page.flags());
    assertNoted(1);
  }

  @Test
  void afterThePtLockItMayNot() {
    cpu.spin_lock(table.lock());
    cpu.set_bit(PG_MAPPEDTODISK, page.flags());
    cpu.spin_unlock(table.lock());
    cpu.clear_bit(PG_MAPPEDTODISK, page.flags());
    assertNoted(1);
  }

  @Test
  void whatDoesNotChangeItIsFree() {
    cpu.clear_bit(PG_MAPPEDTODISK, page.flags());
    cpu.set_bit(PG_REFERENCED, page.flags());
    cpu.set_bit(PG_MAPPEDTODISK, other.flags());
    assertNoted(0);
  }

  /** folio_migrate_flags(): a stale flag goes to a page that no entry maps. */
  @Test
  void migrationMayCopyIt() {
    cpu.at(Iterables.getLast(FolioMigrate.STEPS.all()));
    cpu.set_bit(PG_MAPPEDTODISK, page.flags());
    assertNoted(0);
  }

  @Test
  void freeingMayClearIt() {
    cpu.spin_lock(table.lock());
    cpu.set_bit(PG_MAPPEDTODISK, page.flags());
    cpu.spin_unlock(table.lock());
    cpu.at(PageFree.STEPS.all().get(0)).clear_bit(PG_MAPPEDTODISK, page.flags());
    assertNoted(0);
  }
}
