package org.cowcheck.explore;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import org.cowcheck.verdict.RacingPair;

/**
 * What an exploration found.
 *
 * @param executions complete consistent executions, each counted once
 * @param blocked executions in which some CPU waits for ever
 * @param violation the least execution that breaks an invariant, in a fixed order
 * @param races pairs of accesses that race in some execution
 * @param flags the warnings of the memory model that some execution raises, by their names in it
 * @param stopped the bound that was reached, or the empty string if everything was explored
 */
public record Exploration(
    long executions,
    long blocked,
    Optional<Execution> violation,
    ImmutableSet<RacingPair> races,
    ImmutableSortedSet<String> flags,
    String stopped) {

  /** Whether every execution was looked at. */
  public boolean isComplete() {
    return stopped.isEmpty();
  }
}
