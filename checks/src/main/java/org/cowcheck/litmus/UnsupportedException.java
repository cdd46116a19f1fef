package org.cowcheck.litmus;

/** A litmus test that says something which cannot be run. */
public final class UnsupportedException extends LitmusException {
  private static final long serialVersionUID = 1;

  UnsupportedException(String file, Position position, String what) {
    super(file + ":" + position + ": unsupported: " + what);
  }
}
