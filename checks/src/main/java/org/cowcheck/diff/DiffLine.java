package org.cowcheck.diff;

/**
 * A line of a hunk.
 *
 * @param sign a space, {@code +} or {@code -}
 * @param text what follows the sign
 * @param number of the line in the text that was read, from 1
 */
record DiffLine(char sign, String text, int number) {

  boolean isChanged() {
    return sign != ' ';
  }

  /** Whether it is there before ({@code -}) or after ({@code +}) the change. */
  boolean isOn(char side) {
    return sign == ' ' || sign == side;
  }

  @Override
  public String toString() {
    return sign + text;
  }
}
