package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/** A CPU that runs alone: every read returns a guess, and the events are recorded. */
final class TraceCpu extends EventCpu {
  private final Guesses guesses;
  private final List<Event> events = new ArrayList<>();
  private final List<Long> values = new ArrayList<>();

  /**
   * One run of one CPU.
   *
   * @param events in program order
   * @param values per event the value read or written, 0 for a fence
   */
  record Trace(
      ImmutableList<Event> events,
      ImmutableList<Long> values,
      long returned,
      ImmutableList<Note> notes) {}

  /** Goes through all sequences of guesses, one per run, as an odometer does. */
  private static final class Guesses {
    private final List<ImmutableList<Long>> possible;
    private final List<Integer> digits = new ArrayList<>();
    private final List<Integer> bases = new ArrayList<>();
    private int next;

    Guesses(List<? extends Set<Long>> possible) {
      this.possible = possible.stream().map(ImmutableList::copyOf).toList();
    }

    long guess(Word word) {
      ImmutableList<Long> candidates = possible.get(word.number());
      if (next == digits.size()) {
        digits.add(0);
        bases.add(candidates.size());
      }
      return candidates.get(digits.get(next++));
    }

    /** Turns to the next sequence; false if there is none. */
    boolean advance() {
      next = 0;
      for (int last = digits.size() - 1; last >= 0; last--) {
        if (digits.get(last) + 1 < bases.get(last)) {
          digits.set(last, digits.get(last) + 1);
          return true;
        }
        digits.remove(last);
        bases.remove(last);
      }
      return false;
    }
  }

  private TraceCpu(int cpu, Guesses guesses) {
    super(cpu);
    this.guesses = guesses;
  }

  /**
   * All runs of a program in which each read returns a value that its word may have.
   *
   * @param limit on the number of runs; more are left out
   */
  static ImmutableList<Trace> all(
      ToLongFunction<Cpu> program, int number, List<? extends Set<Long>> possible, long limit) {
    List<Trace> traces = new ArrayList<>();
    Guesses guesses = new Guesses(possible);
    do {
      TraceCpu cpu = new TraceCpu(number, guesses);
      long returned = program.applyAsLong(cpu);
      traces.add(
          new Trace(
              ImmutableList.copyOf(cpu.events),
              ImmutableList.copyOf(cpu.values),
              returned,
              cpu.notes()));
    } while (traces.size() < limit && guesses.advance());
    return ImmutableList.copyOf(traces);
  }

  @Override
  long take(Event event, boolean completes) {
    long value = event.value();
    if (event.lockRole() == LockRole.LOCK_READ) {
      value = Spinlock.UNLOCKED;
    } else if (event.isRead()) {
      value = guesses.guess(event.word());
    }
    events.add(event);
    values.add(value);
    return value;
  }

  @Override
  int length() {
    return events.size();
  }

  @Override
  Event taken(int index) {
    return events.get(index);
  }

  @Override
  void enter(long lockRead) {
    // The run is one in which the lock is got.
  }
}
