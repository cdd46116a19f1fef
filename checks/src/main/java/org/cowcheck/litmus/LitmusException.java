package org.cowcheck.litmus;

/** A file that cannot be run; the message is one line that says where, and what was expected. */
public abstract sealed class LitmusException extends RuntimeException
    permits MalformedException, UnsupportedException {
  private static final long serialVersionUID = 1;

  LitmusException(String message) {
    super(message);
  }
}
