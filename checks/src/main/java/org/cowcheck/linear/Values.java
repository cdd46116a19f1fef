package org.cowcheck.linear;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * The values of all words, and every value that each word ever had. Each access is one step:
 * Lincheck takes the methods named in {@link #ACCESSES} as atomic.
 *
 * <p>The first argument is for the trace, which shows strings and numbers.
 */
@SuppressWarnings("UnusedVariable")
final class Values {
  /** The methods that are one step each. */
  static final List<String> ACCESSES = List.of("load", "store", "update", "tryLock", "unlock");

  /** The methods that belong to the step before them. */
  static final List<String> PARTS = List.of("loadAtOnce", "storeAtOnce");

  private final List<List<Long>> histories = new ArrayList<>();
  private final List<Release> releases = new ArrayList<>();

  /** The state after a release of a lock: how many values each word has had. */
  record Release(int lock, ImmutableIntArray lengths) {}

  Values(Memory memory) {
    for (Word word : memory.words()) {
      List<Long> history = new ArrayList<>();
      history.add(word.initialValue());
      histories.add(history);
    }
  }

  long load(String what, int word) {
    return last(word);
  }

  void store(String what, int word, long value) {
    histories.get(word).add(value);
  }

  long update(String what, int word, RmwOp op, long a, long b) {
    long old = last(word);
    if (op.succeeds(old, a, b)) {
      histories.get(word).add(op.apply(old, a, b));
    }
    return old;
  }

  long loadAtOnce(int word) {
    return last(word);
  }

  void storeAtOnce(int word, long value) {
    histories.get(word).add(value);
  }

  boolean tryLock(String what, int word) {
    return update(what, word, RmwOp.CMPXCHG, Spinlock.UNLOCKED, Spinlock.LOCKED)
        == Spinlock.UNLOCKED;
  }

  void unlock(String what, int word) {
    store(what, word, Spinlock.UNLOCKED);
    releases.add(
        new Release(word, ImmutableIntArray.copyOf(histories.stream().mapToInt(List::size))));
  }

  /** The value of a word now; no step. */
  long last(int word) {
    List<Long> history = histories.get(word);
    return history.get(history.size() - 1);
  }

  /** The releases of all locks so far. */
  List<Release> releases() {
    return List.copyOf(releases);
  }

  /** The value that a word had after a release. */
  long at(Release release, int word) {
    return histories.get(word).get(release.lengths.get(word) - 1);
  }

  /** Whether a word ever had such a value. */
  boolean ever(int word, LongPredicate condition) {
    return histories.get(word).stream().anyMatch(condition::test);
  }
}
