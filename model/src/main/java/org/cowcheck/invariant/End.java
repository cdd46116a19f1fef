package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import java.util.function.LongPredicate;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/**
 * One complete execution, seen from its end. Looking at it adds no events.
 *
 * <p>CPUs are numbered from 0 in the order of the scenario's columns.
 */
public interface End {

  /** The last value of a word, in coherence order. */
  long value(Word word);

  /** What the program of a CPU returned. */
  long returned(int cpu);

  /** What the program of a CPU noted, in program order. */
  ImmutableList<Note> notes(int cpu);

  /** The number of CPUs. */
  int cpus();

  /**
   * Whether a word may have had such a value at some instant of a call, from the note {@link
   * Note#CALL} to the note {@link Note#RETURN} of a CPU (without them, its whole program): some
   * write (or the initial value) makes it so and is neither overwritten by a write that happens
   * before the call, nor ordered after its return.
   *
   * <p>An engine that keeps no order between events answers by the values written: it errs towards
   * true.
   */
  boolean atSomeInstant(int cpu, Word word, LongPredicate condition);

  /** Whether a program noted something of this name. */
  default boolean noted(int cpu, String name) {
    return notes(cpu).stream().anyMatch(note -> note.name().equals(name));
  }
}
