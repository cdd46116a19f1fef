package org.cowcheck.explore;

import org.cowcheck.execution.Event;

/** A program unlocks a lock that its CPU does not hold, so that there is nothing to go on with. */
public final class UnheldLockException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  UnheldLockException(Event unlock) {
    super("CPU%d unlocks %s, which it does not hold".formatted(unlock.cpu(), unlock.word().name()));
  }
}
