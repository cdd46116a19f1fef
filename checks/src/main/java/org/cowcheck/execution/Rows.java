package org.cowcheck.execution;

import java.util.Arrays;

/**
 * Rows of bits, all equally wide: sets of numbered things, changed in place. What {@link Relation}
 * and {@link EventSet} are for clarity, this is for inner loops.
 */
public final class Rows {
  private final int width;
  private long[] bits;

  /**
   * So many empty rows.
   *
   * @param width in longs
   */
  public Rows(int rows, int width) {
    this.width = width;
    this.bits = new long[rows * width];
  }

  private Rows(Rows other) {
    this.width = other.width;
    this.bits = other.bits.clone();
  }

  /** An independent copy. */
  public Rows copy() {
    return new Rows(this);
  }

  /** Makes sure that there are so many rows; the new ones are empty. */
  public void grow(int rows) {
    if (bits.length < rows * width) {
      bits = Arrays.copyOf(bits, Math.max(rows * width, bits.length + bits.length / 2));
    }
  }

  /** A copy with wider rows. */
  public Rows widened(int newWidth) {
    Rows result = new Rows(bits.length / width, newWidth);
    for (int row = 0; row < bits.length / width; row++) {
      System.arraycopy(bits, row * width, result.bits, row * newWidth, width);
    }
    return result;
  }

  public boolean has(int row, int bit) {
    return (bits[row * width + (bit >>> 6)] & 1L << bit) != 0;
  }

  public void add(int row, int bit) {
    bits[row * width + (bit >>> 6)] |= 1L << bit;
  }

  public void remove(int row, int bit) {
    bits[row * width + (bit >>> 6)] &= ~(1L << bit);
  }

  public void clear(int row) {
    for (int w = row * width; w < (row + 1) * width; w++) {
      bits[w] = 0;
    }
  }

  /** Makes a row equal to another. */
  public void set(int row, Rows other, int otherRow) {
    System.arraycopy(other.bits, otherRow * width, bits, row * width, width);
  }

  /** Adds another row to a row. */
  public void or(int row, Rows other, int otherRow) {
    int to = row * width;
    int from = otherRow * width;
    for (int w = 0; w < width; w++) {
      bits[to + w] |= other.bits[from + w];
    }
  }

  /** Keeps of a row what is in another, too. */
  public void and(int row, Rows other, int otherRow) {
    int to = row * width;
    int from = otherRow * width;
    for (int w = 0; w < width; w++) {
      bits[to + w] &= other.bits[from + w];
    }
  }

  /** Takes another row out of a row. */
  public void minus(int row, Rows other, int otherRow) {
    int to = row * width;
    int from = otherRow * width;
    for (int w = 0; w < width; w++) {
      bits[to + w] &= ~other.bits[from + w];
    }
  }

  /** Whether two rows have nothing in common. */
  public boolean isDisjoint(int row, Rows other, int otherRow) {
    int a = row * width;
    int b = otherRow * width;
    for (int w = 0; w < width; w++) {
      if ((bits[a + w] & other.bits[b + w]) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Adds a member to a row that has something in common with another; whether it was new there. */
  public boolean addIfMeets(int row, Rows other, int otherRow, int bit) {
    if (isDisjoint(row, other, otherRow) || has(row, bit)) {
      return false;
    }
    add(row, bit);
    return true;
  }

  /** The first member of a row that is not one of another; -1 if there is none. */
  public int firstBeyond(int row, int other) {
    for (int w = 0; w < width; w++) {
      long beyond = bits[row * width + w] & ~bits[other * width + w];
      if (beyond != 0) {
        return (w << 6) + Long.numberOfTrailingZeros(beyond);
      }
    }
    return -1;
  }

  /**
   * Adds a set to a row, and to the row of each of its members: {@code row |= set | rows of set}.
   * The rows are closed, so that members of another member's row are left out, the highest first.
   *
   * @param also gets in its row the rows of the members whose rows were added
   */
  public void close(int row, Rows sets, int set, Rows also) {
    int to = row * width;
    int from = set * width;
    for (int w = width - 1; w >= 0; w--) {
      long left = sets.bits[from + w] & ~bits[to + w];
      while (left != 0) {
        int member = (w << 6) + 63 - Long.numberOfLeadingZeros(left);
        or(row, this, member);
        bits[to + w] |= 1L << member;
        left &= ~bits[to + w];
        also.or(row, also, member);
      }
    }
  }
}
