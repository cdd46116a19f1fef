package org.cowcheck.hardware;

import com.google.common.collect.ImmutableList;
import java.util.function.Predicate;

/**
 * What a test has shown.
 *
 * @param configurations of the JVM that it ran in
 * @param observed the different ends, each with how often
 * @param problem why it has not run as it should, or the empty string
 */
public record StressResult(
    StressTest test, int configurations, ImmutableList<Observed> observed, String problem) {

  /** What the test says of an end. */
  public enum Expected {
    /** As it should be. */
    ACCEPTABLE("expected"),
    /** The race, where it is known to be. */
    ACCEPTABLE_INTERESTING("interesting"),
    /** What must not be. */
    FORBIDDEN("forbidden"),
    /** The test does not say. */
    UNKNOWN("not foreseen"),
    /** The test allows it, and the explorer does not. */
    IMPOSSIBLE("impossible to the explorer");

    private final String word;

    Expected(String word) {
      this.word = word;
    }

    /** The word in reports. */
    public String word() {
      return word;
    }
  }

  /**
   * An end, and how often it was seen.
   *
   * @param outcome what the programs returned, and which invariants do not hold
   * @param description what the test says of it
   */
  public record Observed(String outcome, Expected expected, long times, String description) {
    /** The end and what is said of it, in one line. */
    public String text() {
      return expected == Expected.ACCEPTABLE ? outcome : outcome + " (" + expected.word() + ")";
    }

    /** Whether an invariant is broken. */
    public boolean isBroken() {
      return !outcome.endsWith("holds");
    }
  }

  /**
   * The same, held against what is possible: what a test allows is perhaps impossible all the same.
   */
  public StressResult heldAgainst(Predicate<String> possible) {
    return new StressResult(
        test,
        configurations,
        observed.stream()
            .map(
                one ->
                    isForbidden(one) || possible.test(one.outcome())
                        ? one
                        : new Observed(
                            one.outcome(), Expected.IMPOSSIBLE, one.times(), one.description()))
            .collect(ImmutableList.toImmutableList()),
        problem);
  }

  /** How many runs there were. */
  public long runs() {
    return observed.stream().mapToLong(Observed::times).sum();
  }

  /** What must not be, and was seen. */
  public ImmutableList<Observed> forbidden() {
    return observed.stream()
        .filter(StressResult::isForbidden)
        .collect(ImmutableList.toImmutableList());
  }

  private static boolean isForbidden(Observed one) {
    return one.expected() == Expected.FORBIDDEN || one.expected() == Expected.UNKNOWN;
  }
}
