package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.function.LongPredicate;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/** One complete execution, seen from its end: what it left, and what it went through. */
public interface End extends Instant {

  /** What the program of a CPU returned. */
  long returned(int cpu);

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

  /**
   * The states right after each release of one of these locks, and at each note of a program, where
   * a path of the kernel returns: what the CPU has seen by then, and all that was done before what
   * it has seen. None, if the engine keeps no order between events.
   *
   * @param locks the words of spinlocks
   */
  ImmutableList<Instant> instants(ImmutableSet<Word> locks);

  @Override
  default String when() {
    return "";
  }
}
