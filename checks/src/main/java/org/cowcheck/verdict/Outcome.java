package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/**
 * The answer to one cell.
 *
 * @param cell the question
 * @param verdict the answer
 * @param executions complete consistent executions that were explored, each counted once
 * @param blocked executions in which some CPU waits for ever
 * @param seconds wall-clock time
 * @param races the data races that were found
 * @param witness the least violating execution, for Sometimes
 * @param recording the choices that make the witness
 * @param stopped the bound that was reached, or the empty string
 * @param estimate if it was stopped, about how many executions there are in all; 0 if unknown
 */
public record Outcome(
    Cell cell,
    Verdict verdict,
    long executions,
    long blocked,
    double seconds,
    ImmutableList<RacingPair> races,
    Optional<Witness> witness,
    Optional<Recording> recording,
    String stopped,
    double estimate) {

  /** The same answer to another question, which is known to be the same program. */
  public Outcome in(Cell other) {
    return new Outcome(
        other, verdict, executions, blocked, seconds, races, witness, recording, stopped, estimate);
  }

  /** The verdict as tables show it: a verdict with races does not count as clean. */
  public String summary() {
    return races.isEmpty() ? verdict.word() : verdict.word() + " (data race)";
  }

  /** Whether it is Never without a race. */
  public boolean isClean() {
    return verdict == Verdict.NEVER && races.isEmpty();
  }
}
