package org.cowcheck.litmus;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.primitives.ImmutableLongArray;
import com.google.common.primitives.Longs;

/**
 * A final state: a value for everything that a test observes.
 *
 * @param places where the value of each observable is; the observables in their order
 * @param values the values
 */
record State(ImmutableMap<Observable, Integer> places, ImmutableLongArray values)
    implements Comparable<State> {

  /** The places of observables in states. */
  static ImmutableMap<Observable, Integer> places(ImmutableSortedSet<Observable> observables) {
    ImmutableMap.Builder<Observable, Integer> places = ImmutableMap.builder();
    int next = 0;
    for (Observable observable : observables) {
      places.put(observable, next++);
    }
    return places.buildOrThrow();
  }

  long get(Observable observable) {
    return values.get(places.get(observable));
  }

  /** The same state, of less. */
  State of(ImmutableMap<Observable, Integer> observed) {
    if (observed.size() == places.size()) {
      return this;
    }
    ImmutableLongArray.Builder less = ImmutableLongArray.builder(observed.size());
    observed.keySet().forEach(observable -> less.add(get(observable)));
    return new State(observed, less.build());
  }

  @Override
  public int compareTo(State other) {
    return Longs.lexicographicalComparator().compare(values.toArray(), other.values.toArray());
  }

  /** The state as herd prints it, such as {@code 0:r1=0; [x]=1;}. */
  String show(Addresses addresses) {
    StringBuilder text = new StringBuilder();
    places.forEach(
        (observable, place) ->
            text.append(text.isEmpty() ? "" : " ")
                .append(observable)
                .append('=')
                .append(addresses.show(values.get(place)))
                .append(';'));
    return text.toString();
  }
}
