package org.cowcheck.litmus;

/** A file that is no litmus test. */
public final class MalformedException extends LitmusException {
  private static final long serialVersionUID = 1;

  MalformedException(String file, Position position, String message) {
    super(file + ":" + position + ": " + message);
  }
}
