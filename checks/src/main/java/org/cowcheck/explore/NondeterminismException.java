package org.cowcheck.explore;

/** A program behaved differently when it was re-executed with the same values. */
public final class NondeterminismException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NondeterminismException(String message) {
    super("model code must be deterministic: " + message);
  }
}
