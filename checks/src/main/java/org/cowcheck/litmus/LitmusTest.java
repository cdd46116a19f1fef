package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;

/**
 * A litmus test.
 *
 * @param name its name in the first line
 * @param locations every location with its initial value
 * @param registers registers with initial values
 * @param threads P0, P1, …
 * @param observed what its final states show: what the locations and the condition name, as with
 *     herd7
 * @param filter which final states count
 * @param condition its question
 */
public record LitmusTest(
    String name,
    ImmutableMap<String, Initial> locations,
    ImmutableMap<Observable.Register, Initial> registers,
    ImmutableList<LitmusThread> threads,
    ImmutableSortedSet<Observable> observed,
    Proposition filter,
    Condition condition) {

  /** The locations whose final values are needed. */
  public ImmutableSet<String> asked() {
    return needed().stream()
        .filter(Observable.Location.class::isInstance)
        .map(Observable::name)
        .collect(ImmutableSet.toImmutableSet());
  }

  /** What the filter and the condition speak of, and what is observed. */
  ImmutableSortedSet<Observable> needed() {
    return ImmutableSortedSet.<Observable>naturalOrder()
        .addAll(observed)
        .addAll(filter.observed())
        .build();
  }
}
