package org.cowcheck.linear;

import org.cowcheck.memory.RmwOp;

/**
 * The way from the CPUs to {@link Values}. It is the one class whose calls Lincheck sees: in each
 * method Lincheck may switch to another CPU before the access.
 *
 * <p>Waiting for a lock is a loop here, so that Lincheck finds it and switches to the holder.
 */
final class Bus {
  private final Values values;

  Bus(Values values) {
    this.values = values;
  }

  long load(String what, int word) {
    return values.load(what, word);
  }

  void store(String what, int word, long value) {
    values.store(what, word, value);
  }

  long update(String what, int word, RmwOp op, long a, long b) {
    return values.update(what, word, op, a, b);
  }

  /** A load that belongs to the access before it. */
  long loadAtOnce(int word) {
    return values.loadAtOnce(word);
  }

  /** A store that belongs to the access before it. */
  void storeAtOnce(int word, long value) {
    values.storeAtOnce(word, value);
  }

  boolean tryLock(String what, int word) {
    return values.tryLock(what, word);
  }

  void lock(String what, int word) {
    while (!values.tryLock(what, word)) {
      Thread.onSpinWait();
    }
  }

  void unlock(String what, int word) {
    values.unlock(what, word);
  }
}
