package org.cowcheck.invariant;

import java.util.HashSet;
import java.util.Set;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;

/**
 * What the memory at an address must hold in the end: what was written to it last.
 *
 * @param memory knows the pages and slots that entries name
 * @param table where the address is mapped
 * @param initial what it held at first, or {@link #ANYTHING}
 */
public record LastWritten(Memory memory, PageTable table, long initial) {
  /** The contents of an address at which nothing is mapped. */
  private static final long NOTHING = Long.MIN_VALUE;

  /** What an address held at first of which that is not known. */
  public static final long ANYTHING = Long.MIN_VALUE + 1;

  /**
   * The memory at the address is what was written last; nothing else may be mapped there. No more
   * than one CPU may write, and nowhere else ({@link UserAccess#WRITTEN}).
   */
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

  /**
   * If memory is mapped at the address, or swapped out, it is what some CPU wrote there last, user
   * code or a device, whoever else wrote; or what it held at first, if nobody did.
   */
  public Invariant isKept(String broken) {
    return new Invariant(broken, this::isKept);
  }

  private boolean isKept(End end) {
    Set<Long> last = lastOfEach(end);
    long seen = seen(end);
    return seen == NOTHING
        || (last.isEmpty() ? initial == ANYTHING || seen == initial : last.contains(seen));
  }

  private Set<Long> lastOfEach(End end) {
    Set<Long> lasts = new HashSet<>();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      Note before = null;
      Note last = null;
      for (Note note : end.notes(cpu)) {
        if (note.name().equals(UserAccess.AT)
            && note.value() == table.location()
            && (before.name().equals(UserAccess.WRITTEN)
                || before.name().equals(DirectIo.DEVICE_WROTE))) {
          last = before;
        }
        before = note;
      }
      if (last != null) {
        lasts.add(last.value());
      }
    }
    return lasts;
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
