package org.cowcheck.litmus;

/**
 * A place in a file.
 *
 * @param line from 1
 * @param column from 1
 */
record Position(int line, int column) {
  @Override
  public String toString() {
    return line + ":" + column;
  }
}
