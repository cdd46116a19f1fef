package org.cowcheck.explore;

import org.cowcheck.execution.Event;

/**
 * Two accesses that race, by what they are in the program: the same pair in two executions is one.
 *
 * @param word the name of the word
 * @param first CPU, step and kind of one access
 * @param second CPU, step and kind of the other
 */
public record RacingPair(String word, String first, String second)
    implements Comparable<RacingPair> {

  static RacingPair of(Event a, Event b) {
    String first = describe(a);
    String second = describe(b);
    return first.compareTo(second) <= 0
        ? new RacingPair(a.word().name(), first, second)
        : new RacingPair(a.word().name(), second, first);
  }

  private static String describe(Event event) {
    String step = event.step().label().isEmpty() ? "event " + event.index() : event.step().label();
    return "CPU" + event.cpu() + " " + step + (event.isRead() ? " load" : " store");
  }

  @Override
  public int compareTo(RacingPair other) {
    int byWord = word.compareTo(other.word);
    int byFirst = byWord != 0 ? byWord : first.compareTo(other.first);
    return byFirst != 0 ? byFirst : second.compareTo(other.second);
  }
}
