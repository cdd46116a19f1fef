package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;

/**
 * Every entry of every page table that a walk finds at an instant.
 *
 * <p>A table whose lock is held then is left out: its owner has not finished.
 *
 * @param all the entries that are not none
 * @param hidden whether a table was left out
 */
public record Mappings(ImmutableList<Mapping> all, boolean hidden) {

  static Mappings at(World world, Instant instant) {
    ImmutableList.Builder<Mapping> found = ImmutableList.builder();
    boolean hidden = false;
    for (int space = 0; space < world.spaces().size(); space++) {
      for (Pmd pmd : world.spaces().get(space).pmds()) {
        long value = instant.value(pmd.entry());
        if (isHeld(instant, pmd.lock())) {
          hidden = true;
        } else if (Pte.isTable(value)) {
          PageTable table = world.memory().object(Pte.address(value), PageTable.class);
          if (isHeld(instant, table.lock())) {
            hidden = true;
          } else {
            for (int i = 0; i < table.size(); i++) {
              long location = PageTable.location(pmd, i);
              add(world, space, location, instant.value(table.ptes().get(i)), found);
            }
          }
        } else {
          add(world, space, PageTable.location(pmd, 0), value, found);
        }
      }
    }
    return new Mappings(found.build(), hidden);
  }

  private static boolean isHeld(Instant instant, Spinlock lock) {
    return instant.value(lock.word()) != Spinlock.UNLOCKED;
  }

  private static void add(
      World world, int space, long location, long entry, ImmutableList.Builder<Mapping> found) {
    // A marker names nothing, and neither does what lies in a table that was freed.
    if (Pte.address(entry) != 0 && !Pte.isFreed(entry)) {
      found.add(
          new Mapping(
              space, location, Pte.isSwap(entry) ? null : Pte.page(world.memory(), entry), entry));
    }
  }

  /** The entry at a location; null if it is none, or its table is left out. */
  Mapping at(long location) {
    for (Mapping mapping : all) {
      if (mapping.location() == location || (mapping.isHuge() && covers(mapping, location))) {
        return mapping;
      }
    }
    return null;
  }

  private static boolean covers(Mapping huge, long location) {
    return PageTable.isInReach(huge.location(), location);
  }

  /** How many entries map this page. */
  int mapping(Page page) {
    int count = 0;
    for (Mapping mapping : all) {
      count += mapping.maps(page) ? 1 : 0;
    }
    return count;
  }
}
