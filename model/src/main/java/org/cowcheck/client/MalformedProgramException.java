package org.cowcheck.client;

/** A text that is no program; the message says what is wrong with it, and what was expected. */
public final class MalformedProgramException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedProgramException(String message) {
    super(message);
  }
}
