package org.cowcheck.litmus;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import java.util.Comparator;
import java.util.Iterator;

/** A final state: a value for everything that a test observes. */
record State(ImmutableSortedMap<Observable, Long> values) implements Comparable<State> {
  private static final Comparator<State> ORDER = State::compareValues;

  long get(Observable observable) {
    return values.get(observable);
  }

  /** The same state, of less. */
  State of(ImmutableSortedSet<Observable> observed) {
    return new State(ImmutableSortedMap.copyOf(Maps.filterKeys(values, observed::contains)));
  }

  private int compareValues(State other) {
    Iterator<Long> others = other.values.values().iterator();
    for (long value : values.values()) {
      int order = Long.compare(value, others.next());
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  @Override
  public int compareTo(State other) {
    return ORDER.compare(this, other);
  }

  /** The state as herd prints it, such as {@code 0:r1=0; [x]=1;}. */
  String show(Addresses addresses) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (observable, value) ->
            text.append(text.isEmpty() ? "" : " ")
                .append(observable)
                .append('=')
                .append(addresses.show(value))
                .append(';'));
    return text.toString();
  }
}
