package org.cowcheck.stress;

import java.util.Arrays;
import java.util.function.LongPredicate;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Word;

/**
 * A {@link HardwareCpu} that remembers, for itself alone, what it stored and what it acquired.
 *
 * <p>Hardware keeps no history, and {@link org.cowcheck.invariant.End#atSomeInstant} asks for one.
 * The log is written by its own CPU and read after all CPUs are done. It must not change what JIT
 * and hardware may reorder: it consists of plain stores of primitives into arrays that exist before
 * the run. No object is made (the end of a constructor with final fields is a store fence to the
 * JIT), and no reference is stored (a collector's write barrier may contain a full fence).
 */
final class RecordingCpu extends ForwardingCpu {
  private static final byte STORE = 0;
  private static final byte RELEASE = 1;
  private static final byte ACQUIRE = 2;

  private final HardwareCpu hardware;
  private int[] words = new int[32];
  private long[] values = new long[32];
  private byte[] kinds = new byte[32];
  private int length;
  private int call;

  RecordingCpu(HardwareCpu hardware) {
    super(hardware);
    this.hardware = hardware;
  }

  HardwareCpu hardware() {
    return hardware;
  }

  @Override
  protected long load(Place place, Order order) {
    long value = super.load(place, order);
    if (order == Order.ACQUIRE) {
      log(place, value, ACQUIRE);
    }
    return value;
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    super.store(place, value, order, dataRead);
    log(place, value, order == Order.RELEASE ? RELEASE : STORE);
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    long old = super.update(place, op, a, b, order);
    if (op.succeeds(old, a, b)) {
      log(place, op.apply(old, a, b), STORE);
    }
    return old;
  }

  @Override
  public void note(String name, long value) {
    super.note(name, value);
    if (name.equals(Note.CALL)) {
      call = length;
    }
  }

  private void log(Place place, long value, byte kind) {
    if (length == kinds.length) {
      words = Arrays.copyOf(words, 2 * length);
      values = Arrays.copyOf(values, 2 * length);
      kinds = Arrays.copyOf(kinds, 2 * length);
    }
    words[length] = place.word().number();
    values[length] = value;
    kinds[length] = kind;
    length++;
  }

  // What follows is asked after all CPUs are done.

  /**
   * How much of another CPU's log happens before this CPU's call: all up to the last store-release
   * whose value this CPU acquired before the call. A value that the word had at first, or that was
   * stored twice, proves nothing.
   */
  int happensBeforeCall(RecordingCpu other, Memory memory) {
    if (other == this) {
      return call;
    }
    int known = 0;
    for (int i = 0; i < call; i++) {
      if (kinds[i] == ACQUIRE
          && values[i] != memory.words().get(words[i]).initialValue()
          && !stores(words[i], values[i])) {
        known = Math.max(known, other.released(words[i], values[i]) + 1);
      }
    }
    return known;
  }

  private boolean stores(int word, long value) {
    for (int i = 0; i < length; i++) {
      if (isStore(i, word) && values[i] == value) {
        return true;
      }
    }
    return false;
  }

  /** Where the only store of a value to a word is, if it is a release; else -1. */
  private int released(int word, long value) {
    int found = -1;
    for (int i = 0; i < length; i++) {
      if (isStore(i, word) && values[i] == value) {
        if (found != -1 || kinds[i] != RELEASE) {
          return -1;
        }
        found = i;
      }
    }
    return found;
  }

  /** Whether the log stores to a word before a place. */
  boolean stores(Word word, int end) {
    for (int i = 0; i < end; i++) {
      if (isStore(i, word.number())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a value that this CPU stored, and did not overwrite before a place, is such. */
  boolean stored(Word word, int end, LongPredicate condition) {
    boolean overwritten = false;
    for (int i = length - 1; i >= 0 && !overwritten; i--) {
      if (isStore(i, word.number())) {
        if (condition.test(values[i])) {
          return true;
        }
        overwritten = i < end;
      }
    }
    return false;
  }

  private boolean isStore(int i, int word) {
    return kinds[i] != ACQUIRE && words[i] == word;
  }
}
