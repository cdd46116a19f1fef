package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;

/**
 * What is known of a litmus test.
 *
 * @param test the test
 * @param addresses how pointers are shown
 * @param states the distinct final states
 * @param positive executions that satisfy the condition's proposition
 * @param negative executions that do not
 * @param cyclic how many of them have a cycle of po | rf: what no exploration finds that adds
 *     events in causal order
 * @param flags what is wrong with the test itself, such as a data race
 * @param stopped the bound that was reached, or the empty string if everything was explored
 * @param seconds how long it took
 */
public record LitmusResult(
    LitmusTest test,
    Addresses addresses,
    ImmutableSortedSet<State> states,
    long positive,
    long negative,
    long cyclic,
    ImmutableList<String> flags,
    String stopped,
    double seconds) {

  /** The word of herd's Observation line; Unknown if a bound leaves it open. */
  public String verdict() {
    if (positive > 0 && negative > 0) {
      return "Sometimes";
    }
    if (!stopped.isEmpty()) {
      return "Unknown";
    }
    return positive == 0 ? "Never" : "Always";
  }

  /** Whether everything was explored. */
  public boolean isComplete() {
    return stopped.isEmpty();
  }

  /** Whether the test is as its condition says; executions are what it is asked of. */
  boolean isMet() {
    return test.condition().quantifier().isMet(positive, negative);
  }

  /** The executions that herd calls positive: for ~exists, those that do not satisfy it. */
  long witnessesFor() {
    return isNegated() ? negative : positive;
  }

  /** The executions that herd calls negative. */
  long witnessesAgainst() {
    return isNegated() ? positive : negative;
  }

  private boolean isNegated() {
    return test.condition().quantifier() == Condition.Quantifier.NOT_EXISTS;
  }
}
