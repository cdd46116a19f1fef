package org.cowcheck.verdict;

import java.util.Comparator;

/**
 * Two accesses that race, by what they are in the program: the same pair in two executions is one.
 *
 * @param word the name of the word
 * @param first CPU, step and kind of one access
 * @param second CPU, step and kind of the other; not before the first in alphabetical order
 */
public record RacingPair(String word, String first, String second)
    implements Comparable<RacingPair> {
  private static final Comparator<RacingPair> ORDER =
      Comparator.comparing(RacingPair::word)
          .thenComparing(RacingPair::first)
          .thenComparing(RacingPair::second);

  /** The pair in its fixed order. */
  public static RacingPair of(String word, String one, String other) {
    return one.compareTo(other) <= 0
        ? new RacingPair(word, one, other)
        : new RacingPair(word, other, one);
  }

  @Override
  public int compareTo(RacingPair other) {
    return ORDER.compare(this, other);
  }
}
