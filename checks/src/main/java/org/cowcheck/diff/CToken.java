package org.cowcheck.diff;

/**
 * A token of C.
 *
 * @param text as it stands there
 * @param line the index of its line among those of the hunk
 * @param column from 0
 */
record CToken(String text, int line, int column) {

  boolean is(String other) {
    return text.equals(other);
  }

  /** Whether it is a name or a keyword. */
  boolean isWord() {
    return Character.isLetter(text.charAt(0)) || text.charAt(0) == '_';
  }

  /** Whether it ends a function: functions of the kernel end in the first column. */
  boolean endsFunction() {
    return is("}") && column == 0;
  }

  /** Whether it leaves the statements that follow it out, or is a part of a loop. */
  boolean jumps() {
    return is("return") || is("goto") || is("break") || is("continue");
  }
}
