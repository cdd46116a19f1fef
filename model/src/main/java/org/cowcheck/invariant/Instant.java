package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;

/**
 * A state of memory that a CPU may see, and what the programs have noted until then. Looking at it
 * adds no events.
 *
 * <p>CPUs are numbered from 0 in the order of the scenario's columns.
 */
public interface Instant {

  /** The last value of a word until then, in coherence order. */
  long value(Word word);

  /** What the program of a CPU has noted, in program order. */
  ImmutableList<Note> notes(int cpu);

  /** The number of CPUs. */
  int cpus();

  /** When it is, for reports: empty at the end. */
  String when();

  /** What the page tables of a world hold then. An engine may keep the answer. */
  default Mappings mappings(World world) {
    return Mappings.at(world, this);
  }

  /** Whether a flag of a page is set, of that page itself. */
  default boolean isSet(Page page, int flag) {
    return (value(page.flags()) & PageFlag.bit(flag)) != 0;
  }

  /** Whether a program has noted something of this name. */
  default boolean noted(int cpu, String name) {
    return notes(cpu).stream().anyMatch(note -> note.name().equals(name));
  }
}
