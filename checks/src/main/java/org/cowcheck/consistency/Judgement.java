package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;

/**
 * What a memory model says of a complete execution.
 *
 * @param brokenAxiom the first axiom that the execution breaks, by its name in the model, or the
 *     empty string
 * @param races the pairs of accesses that race, if the execution is consistent and the model knows
 *     data races
 * @param flags the warnings that a consistent execution raises, by their names in the model; {@code
 *     data-race} is among them if there are races
 */
public record Judgement(
    String brokenAxiom, ImmutableList<Race> races, ImmutableSortedSet<String> flags) {
  private static final Judgement CONSISTENT =
      new Judgement("", ImmutableList.of(), ImmutableSortedSet.of());

  /**
   * Two accesses to one word, at least one of them plain and one a write, that nothing orders.
   *
   * @param first the id of one event
   * @param second the id of the other
   */
  public record Race(int first, int second) {}

  static Judgement consistent() {
    return CONSISTENT;
  }

  static Judgement consistentWith(ImmutableList<Race> races, ImmutableSortedSet<String> flags) {
    return new Judgement("", races, flags);
  }

  static Judgement broken(String axiom) {
    return new Judgement(axiom, ImmutableList.of(), ImmutableSortedSet.of());
  }

  /** Whether every axiom holds. */
  public boolean isConsistent() {
    return brokenAxiom.isEmpty();
  }
}
