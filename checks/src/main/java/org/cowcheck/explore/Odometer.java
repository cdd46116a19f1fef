package org.cowcheck.explore;

import java.util.ArrayList;
import java.util.List;

/**
 * Goes through all sequences of choices, one sequence per run, as an odometer does: the last choice
 * turns first.
 */
final class Odometer {
  private final List<Integer> digits = new ArrayList<>();
  private final List<Integer> bases = new ArrayList<>();
  private int next;

  /** The next choice of this run, from 0 to {@code count - 1}. */
  int choose(int count) {
    if (next == digits.size()) {
      digits.add(0);
      bases.add(count);
    }
    return digits.get(next++);
  }

  /** Turns to the next sequence; false if there is none. */
  boolean advance() {
    next = 0;
    for (int last = digits.size() - 1; last >= 0; last--) {
      if (digits.get(last) + 1 < bases.get(last)) {
        digits.set(last, digits.get(last) + 1);
        return true;
      }
      digits.remove(last);
      bases.remove(last);
    }
    return false;
  }
}
