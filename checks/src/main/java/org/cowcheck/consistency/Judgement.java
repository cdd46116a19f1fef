package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;

/**
 * What a memory model says of a complete execution.
 *
 * @param brokenAxiom the first axiom that the execution breaks, by its name in the model, or the
 *     empty string
 * @param races the pairs of accesses that race, if the execution is consistent and the model knows
 *     data races
 */
public record Judgement(String brokenAxiom, ImmutableList<Race> races) {
  private static final Judgement CONSISTENT = new Judgement("", ImmutableList.of());

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

  static Judgement consistentWith(ImmutableList<Race> races) {
    return new Judgement("", races);
  }

  static Judgement broken(String axiom) {
    return new Judgement(axiom, ImmutableList.of());
  }

  /** Whether every axiom holds. */
  public boolean isConsistent() {
    return brokenAxiom.isEmpty();
  }
}
