package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;

/**
 * What must hold of page tables that go away: nobody reads an entry of one that is free, and no PMD
 * entry points to one.
 *
 * @param world what is looked at
 */
public record PageTableLifetime(World world) {

  /** Both, the graver first. */
  public ImmutableList<Invariant> all() {
    return ImmutableList.of(
        new Invariant(FreedTableWatch.READ, PageTableLifetime::isNotRead),
        new Invariant(
            "a PMD entry points to memory that is no page table",
            end -> firstDangling(end).isEmpty(),
            this::firstDangling));
  }

  private static boolean isNotRead(End end) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      if (end.noted(cpu, FreedTableWatch.READ)) {
        return false;
      }
    }
    return true;
  }

  /** The first PMD entry that is dangling at some instant, and when; empty if there is none. */
  private String firstDangling(End end) {
    ImmutableSet<Word> locks = world.locks();
    for (Instant instant : end.instants(locks)) {
      String name = dangling(instant);
      if (!name.isEmpty()) {
        return name + ", " + instant.when();
      }
    }
    return dangling(end);
  }

  private String dangling(Instant instant) {
    for (AddressSpace space : world.spaces()) {
      for (Pmd pmd : space.pmds()) {
        if (pointsToFreed(instant, instant.value(pmd.entry()))) {
          return pmd.entry().name();
        }
      }
    }
    return "";
  }

  private boolean pointsToFreed(Instant instant, long pmd) {
    if (!Pte.isTable(pmd)) {
      return false;
    }
    PageTable table = world.memory().object(Pte.address(pmd), PageTable.class);
    for (Word entry : table.ptes()) {
      if (Pte.isFreed(instant.value(entry))) {
        return true;
      }
    }
    return false;
  }
}
