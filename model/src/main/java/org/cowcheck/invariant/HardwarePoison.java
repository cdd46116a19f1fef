package org.cowcheck.invariant;

import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.pfn.MemoryFailure;

/**
 * What must hold of PG_hwpoison: memory_failure() sets it atomically, and nothing here clears it.
 */
public final class HardwarePoison {
  private HardwarePoison() {}

  /** Once set it stays. */
  public static Invariant isKept(Page page) {
    return new Invariant(
        "PG_hwpoison was set and is lost",
        end ->
            !isPoisoned(end, page)
                || (end.value(page.flags()) & PageFlag.bit(PageFlag.PG_HWPOISON)) != 0);
  }

  private static boolean isPoisoned(End end, Page page) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      for (Note note : end.notes(cpu)) {
        if (note.name().equals(MemoryFailure.POISONED) && note.value() == page.address()) {
          return true;
        }
      }
    }
    return false;
  }
}
