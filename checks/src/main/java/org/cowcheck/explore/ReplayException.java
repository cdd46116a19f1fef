package org.cowcheck.explore;

/** A recorded execution does not fit the program or the memory model that it is replayed under. */
public final class ReplayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReplayException(String message) {
    super(message);
  }
}
