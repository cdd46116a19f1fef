package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Spinlock;

/** A CPU that runs alone: every read returns a guess, and the events are recorded. */
final class TraceCpu extends EventCpu {
  private final Odometer choices;
  private final Guess guess;
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
      ImmutableList<Note> notes) {

    /** Where the CPU stands at the end of the run. */
    CpuState end() {
      return new CpuState(true, returned, notes);
    }
  }

  /** Says what a read may return; the choice among several is one of the run. */
  interface Guess {
    ImmutableList<Long> values(Event read);
  }

  private TraceCpu(int cpu, Odometer choices, Guess guess) {
    super(cpu);
    this.choices = choices;
    this.guess = guess;
  }

  /**
   * All runs of a program in which each read returns a guess.
   *
   * @param known says of a read, by its place in program order, that the guess is meant
   * @param step is run before each run; throws to stop
   */
  static ImmutableList<Trace> all(
      Paths program, int number, Guess guess, IntPredicate known, Runnable step) {
    ImmutableList.Builder<Trace> traces = ImmutableList.builder();
    Odometer choices = new Odometer();
    do {
      step.run();
      TraceCpu cpu = new TraceCpu(number, choices, guess);
      long returned = program.run(cpu, known, choices::choose);
      traces.add(cpu.trace(returned));
    } while (choices.advance());
    return traces.build();
  }

  private Trace trace(long returned) {
    return new Trace(ImmutableList.copyOf(events), ImmutableList.copyOf(values), returned, notes());
  }

  @Override
  Event recorded() {
    return null;
  }

  @Override
  long take(Event event, boolean completes) {
    long value = event.value();
    if (event.lockRole() == LockRole.LOCK_READ) {
      value = Spinlock.UNLOCKED;
    } else if (event.isRead()) {
      ImmutableList<Long> guesses = guess.values(event);
      value = guesses.get(choices.choose(guesses.size()));
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
