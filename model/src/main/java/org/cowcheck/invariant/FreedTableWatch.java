package org.cowcheck.invariant;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Pte;

/**
 * A CPU that notes each time it reads an entry of a page table that is free. It adds nothing that a
 * memory model sees.
 */
public final class FreedTableWatch extends ForwardingCpu {
  /** The name of the note. */
  static final String READ = "a page table is walked after it was freed";

  private final ImmutableSet<Word> entries;

  /**
   * Watches what programs do on a CPU.
   *
   * @param entries the words of the entries of all page tables
   */
  public FreedTableWatch(Cpu cpu, ImmutableSet<Word> entries) {
    super(cpu);
    this.entries = entries;
  }

  private long seen(Place place, long value) {
    if (Pte.isFreed(value) && entries.contains(place.word())) {
      note(READ, 0);
    }
    return value;
  }

  @Override
  protected long load(Place place, Order order) {
    return seen(place, super.load(place, order));
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    return seen(place, super.update(place, op, a, b, order));
  }
}
