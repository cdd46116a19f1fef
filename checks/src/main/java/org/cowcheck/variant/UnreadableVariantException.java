package org.cowcheck.variant;

/** A text that is no variant; the message says where, what, and what to do. */
public final class UnreadableVariantException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnreadableVariantException(String message) {
    super(message);
  }
}
