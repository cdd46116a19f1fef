package org.cowcheck.cli;

/** Something that the user gave is wrong; the message says what, where, and what to do. */
final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadInputException(String message) {
    super(message);
  }
}
