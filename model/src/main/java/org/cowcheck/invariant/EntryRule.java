package org.cowcheck.invariant;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.PageTable;

/**
 * What one entry must say, whenever the lock of its table is dropped or a path returns, and at the
 * end. Instants at which somebody holds the lock are left out: its owner has not finished.
 */
public final class EntryRule {
  private EntryRule() {}

  /** Says whether an entry is right. */
  public interface Rule {
    boolean holds(Instant instant, long entry);
  }

  /**
   * The invariant.
   *
   * @param broken what it says when it does not hold
   * @param table whose selected entry it is about
   */
  public static Invariant always(String broken, PageTable table, Rule rule) {
    return new Invariant(
        broken, end -> firstBroken(end, table, rule) == null, end -> firstBroken(end, table, rule));
  }

  /** When it is broken first; null if it is not. */
  private static String firstBroken(End end, PageTable table, Rule rule) {
    for (Instant instant : end.instants(ImmutableSet.of(table.lock().word()))) {
      if (isBroken(instant, table, rule)) {
        return table.pte().name() + ", " + instant.when();
      }
    }
    return isBroken(end, table, rule) ? table.pte().name() : null;
  }

  private static boolean isBroken(Instant instant, PageTable table, Rule rule) {
    return instant.value(table.lock().word()) == Spinlock.UNLOCKED
        && !rule.holds(instant, instant.value(table.pte()));
  }
}
