package org.cowcheck.linear;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
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

  private final long[][] histories;
  private final int[] lengths;
  private final List<Release> releases = new ArrayList<>();

  /** The state after a release of a lock: how many values each word has had. */
  record Release(int lock, ImmutableIntArray lengths) {}

  Values(Memory memory) {
    histories = new long[memory.words().size()][];
    lengths = new int[histories.length];
    for (Word word : memory.words()) {
      histories[word.number()] = new long[] {word.initialValue(), 0};
      lengths[word.number()] = 1;
    }
  }

  long load(String what, int word) {
    return last(word);
  }

  void store(String what, int word, long value) {
    add(word, value);
  }

  long update(String what, int word, RmwOp op, long a, long b) {
    long old = last(word);
    if (op.succeeds(old, a, b)) {
      add(word, op.apply(old, a, b));
    }
    return old;
  }

  long loadAtOnce(int word) {
    return last(word);
  }

  void storeAtOnce(int word, long value) {
    add(word, value);
  }

  boolean tryLock(String what, int word) {
    return update(what, word, RmwOp.CMPXCHG, Spinlock.UNLOCKED, Spinlock.LOCKED)
        == Spinlock.UNLOCKED;
  }

  void unlock(String what, int word) {
    store(what, word, Spinlock.UNLOCKED);
    releases.add(new Release(word, ImmutableIntArray.copyOf(lengths)));
  }

  /** The value of a word now; no step. */
  long last(int word) {
    return histories[word][lengths[word] - 1];
  }

  private void add(int word, long value) {
    if (lengths[word] == histories[word].length) {
      histories[word] = Arrays.copyOf(histories[word], 2 * lengths[word]);
    }
    histories[word][lengths[word]++] = value;
  }

  /** The releases of all locks so far. */
  List<Release> releases() {
    return List.copyOf(releases);
  }

  /** The value that a word had after a release. */
  long at(Release release, int word) {
    return histories[word][release.lengths.get(word) - 1];
  }

  /** Whether a word ever had such a value. */
  boolean ever(int word, LongPredicate condition) {
    return Arrays.stream(histories[word], 0, lengths[word]).anyMatch(condition);
  }
}
