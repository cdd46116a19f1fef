package org.cowcheck.hardware;

/** The suite cannot be run; the message says what is missing, and what to do. */
public final class SuiteException extends Exception {
  private static final long serialVersionUID = 1;

  SuiteException(String message) {
    super(message);
  }
}
