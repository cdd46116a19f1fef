package org.cowcheck.invariant;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.UserAccess;

/**
 * What the memory at an address must hold in the end: what was written to it last. No more than one
 * CPU may write, and what it writes it notes ({@link UserAccess#WRITTEN}).
 *
 * @param memory knows the pages and slots that entries name
 * @param table where the address is mapped
 * @param initial what it held at first
 */
public record LastWritten(Memory memory, PageTable table, long initial) {
  /** The contents of an address at which nothing is mapped. */
  private static final long NOTHING = Long.MIN_VALUE;

  /** The memory at the address is what was written last; nothing else may be mapped there. */
  public Invariant isSeen(String broken) {
    return new Invariant(broken, end -> seen(end) == lastWritten(end));
  }

  private long lastWritten(End end) {
    long last = initial;
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      for (Note note : end.notes(cpu)) {
        last = note.name().equals(UserAccess.WRITTEN) ? note.value() : last;
      }
    }
    return last;
  }

  /** What a load from the address would find: in its page, in the swap cache or on the device. */
  private long seen(End end) {
    long pte = end.value(table.pte());
    if (Pte.present(pte)) {
      return end.value(Pte.page(memory, pte).contents());
    }
    if (!Pte.isSwap(pte)) {
      return NOTHING;
    }
    SwapSlot slot = memory.object(Pte.address(pte), SwapSlot.class);
    long cached = end.value(slot.swapCache());
    return end.value(cached == 0 ? slot.contents() : memory.object(cached, Page.class).contents());
  }
}
