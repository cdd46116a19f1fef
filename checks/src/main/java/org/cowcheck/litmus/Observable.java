package org.cowcheck.litmus;

import java.util.Comparator;

/** What a final state has a value for: a register of a thread, or a location. */
sealed interface Observable extends Comparable<Observable> {
  /** Registers by thread and name, then locations by name, as herd shows them. */
  Comparator<Observable> ORDER =
      Comparator.comparingInt(Observable::thread).thenComparing(Observable::name);

  int thread();

  String name();

  @Override
  default int compareTo(Observable other) {
    return ORDER.compare(this, other);
  }

  /** A register, or local variable, of a thread. */
  record Register(int thread, String name) implements Observable {
    @Override
    public String toString() {
      return thread + ":" + name;
    }
  }

  /** A word of shared memory. */
  record Location(String name) implements Observable {
    @Override
    public int thread() {
      return Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
      return "[" + name + "]";
    }
  }
}
