package org.cowcheck.explore;

import java.util.BitSet;
import org.cowcheck.execution.Event;

/** What CPUs do in some interleavings, as far as the order of their events may matter. */
final class Doings {
  private final BitSet[] touched;
  private final BitSet[] written;

  /** CPUs that enter or leave sections. */
  private final BitSet sections = new BitSet();

  /** CPUs that wait for sections. */
  private final BitSet gracePeriods = new BitSet();

  Doings(int cpus) {
    touched = new BitSet[cpus];
    written = new BitSet[cpus];
    for (int cpu = 0; cpu < cpus; cpu++) {
      touched[cpu] = new BitSet();
      written[cpu] = new BitSet();
    }
  }

  /** Adds what a CPU has done, or waits to do. */
  void add(int cpu, Event event) {
    if (event.isFence()) {
      if (event.fence().isGracePeriod()) {
        gracePeriods.set(cpu);
      } else if (event.fence().isSectional()) {
        sections.set(cpu);
      }
      return;
    }
    touched[cpu].set(event.word().number());
    if (event.isWrite()) {
      written[cpu].set(event.word().number());
    }
  }

  void addAll(Doings other) {
    sections.or(other.sections);
    gracePeriods.or(other.gracePeriods);
    for (int cpu = 0; cpu < touched.length; cpu++) {
      touched[cpu].or(other.touched[cpu]);
      written[cpu].or(other.written[cpu]);
    }
  }

  /** Whether it makes a difference if an event comes before or after what the other CPUs do. */
  boolean conflictWith(Event event) {
    for (int cpu = 0; cpu < touched.length; cpu++) {
      if (cpu != event.cpu() && conflicts(event, cpu)) {
        return true;
      }
    }
    return false;
  }

  private boolean conflicts(Event event, int cpu) {
    if (event.isFence()) {
      return event.fence().isSectional()
          && (event.fence().isGracePeriod() ? sections : gracePeriods).get(cpu);
    }
    return (event.isWrite() ? touched : written)[cpu].get(event.word().number());
  }
}
