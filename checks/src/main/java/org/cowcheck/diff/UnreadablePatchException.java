package org.cowcheck.diff;

/** A text that is no patch for the model; the message says where, what, and what to do. */
public final class UnreadablePatchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With one clear line. */
  public UnreadablePatchException(String message) {
    super(message);
  }
}
