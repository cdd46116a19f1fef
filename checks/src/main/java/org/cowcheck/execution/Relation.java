package org.cowcheck.execution;

import java.util.Arrays;

/**
 * A relation between the events of one graph, with the operators of the cat language: {@code |}
 * {@link #or}, {@code &} {@link #and}, {@code \} {@link #minus}, {@code ;} {@link #then}, {@code ?}
 * {@link #optional}, {@code *} {@link #star}, {@code ^-1} {@link #inverse}, and {@code [A];r;[B]}
 * {@link #between}.
 *
 * <p>Operators return a new relation; only {@link #add} and its like change one.
 */
public final class Relation {
  private final int size;
  private final int width;
  private final long[] bits;

  /** Whether it is known to be reflexive and transitive. */
  private boolean isClosed;

  /** The empty relation over events 0 to size - 1. */
  public Relation(int size) {
    this.size = size;
    this.width = (size + 63) >>> 6;
    this.bits = new long[size * width];
  }

  private Relation(Relation other) {
    this.size = other.size;
    this.width = other.width;
    this.bits = other.bits.clone();
  }

  /** The empty relation over the events of a graph. */
  public static Relation none(Graph graph) {
    return new Relation(graph.size());
  }

  /** The identity on a set: {@code [A]}. */
  public static Relation identity(Graph graph, EventSet set) {
    Relation result = none(graph);
    for (int id = 0; id < result.size; id++) {
      if (set.has(id)) {
        result.add(id, id);
      }
    }
    return result;
  }

  public void add(int from, int to) {
    isClosed = false;
    bits[from * width + (to >>> 6)] |= 1L << to;
  }

  /** Adds a pair, and pairs with all that its second event leads to. */
  public void addThrough(int from, int to) {
    add(from, to);
    orRow(from, this, to);
  }

  /** Adds pairs of an event with all that an event leads to by another relation. */
  public void addRow(int from, Relation other, int otherFrom) {
    isClosed = false;
    orRow(from, other, otherFrom);
  }

  public boolean has(int from, int to) {
    return (bits[from * width + (to >>> 6)] & 1L << to) != 0;
  }

  /** How many events the relation is over. */
  public int size() {
    return size;
  }

  public Relation or(Relation other) {
    Relation result = new Relation(this);
    for (int i = 0; i < bits.length; i++) {
      result.bits[i] |= other.bits[i];
    }
    return result;
  }

  public Relation and(Relation other) {
    Relation result = new Relation(this);
    for (int i = 0; i < bits.length; i++) {
      result.bits[i] &= other.bits[i];
    }
    return result;
  }

  public Relation minus(Relation other) {
    Relation result = new Relation(this);
    for (int i = 0; i < bits.length; i++) {
      result.bits[i] &= ~other.bits[i];
    }
    return result;
  }

  /** Sequential composition. */
  public Relation then(Relation other) {
    Relation result = new Relation(size);
    for (int from = 0; from < size; from++) {
      result.orRows(from, this, other);
    }
    return result;
  }

  /**
   * Adds to a row what another relation leads to from what that row of a relation has. Where the
   * other is closed, what is reached already leads to nothing new.
   */
  private void orRows(int row, Relation middles, Relation other) {
    int to = row * width;
    for (int w = 0; w < width; w++) {
      long left = middles.bits[to + w];
      while (left != 0) {
        int from = ((w << 6) + Long.numberOfTrailingZeros(left)) * width;
        for (int k = 0; k < width; k++) {
          bits[to + k] |= other.bits[from + k];
        }
        left &= other.isClosed ? ~bits[to + w] : left - 1;
      }
    }
  }

  private void orRow(int row, Relation other, int otherRow) {
    int to = row * width;
    int from = otherRow * width;
    for (int w = 0; w < width; w++) {
      bits[to + w] |= other.bits[from + w];
    }
  }

  /** The relation and the identity on all events. */
  public Relation optional() {
    Relation result = new Relation(this);
    for (int id = 0; id < size; id++) {
      result.add(id, id);
    }
    return result;
  }

  /** Transitive closure. */
  public Relation plus() {
    Relation result = new Relation(this);
    return result.closeFromEnds(true) ? result : result.closeByWarshall();
  }

  private Relation closeByWarshall() {
    for (int middle = 0; middle < size; middle++) {
      for (int from = 0; from < size; from++) {
        if (from != middle && has(from, middle)) {
          orRow(from, this, middle);
        }
      }
    }
    return this;
  }

  /**
   * Closes an acyclic relation, or only looks for a cycle: an event comes after all that it leads
   * to. Later events are tried first, as most are later in all orders.
   *
   * @return whether it is acyclic; if not, the rest is not closed
   */
  private boolean closeFromEnds(boolean closes) {
    long[] done = new long[width];
    long[] reached = new long[width];
    int left = size;
    boolean progress = true;
    while (left > 0 && progress) {
      progress = false;
      for (int from = size - 1; from >= 0; from--) {
        if ((done[from >>> 6] & 1L << from) == 0 && isRowWithin(from, done)) {
          if (closes) {
            closeRow(from, reached);
          }
          done[from >>> 6] |= 1L << from;
          left--;
          progress = true;
        }
      }
    }
    return left == 0;
  }

  private boolean isRowWithin(int row, long[] set) {
    for (int w = 0; w < width; w++) {
      if ((bits[row * width + w] & ~set[w]) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Closes a row that leads to closed rows; what is reached through one of them is skipped. */
  private void closeRow(int row, long[] reached) {
    int to = row * width;
    Arrays.fill(reached, 0);
    for (int w = 0; w < width; w++) {
      long left = bits[to + w];
      while ((left &= ~reached[w]) != 0) {
        int from = ((w << 6) + Long.numberOfTrailingZeros(left)) * width;
        left &= left - 1;
        for (int k = 0; k < width; k++) {
          reached[k] |= bits[from + k];
        }
      }
    }
    for (int w = 0; w < width; w++) {
      bits[to + w] |= reached[w];
    }
  }

  /** Reflexive and transitive closure. */
  public Relation star() {
    Relation result = plus().optional();
    result.isClosed = true;
    return result;
  }

  public Relation inverse() {
    Relation result = new Relation(size);
    for (int from = 0; from < size; from++) {
      for (int w = 0; w < width; w++) {
        long row = bits[from * width + w];
        while (row != 0) {
          result.add((w << 6) + Long.numberOfTrailingZeros(row), from);
          row &= row - 1;
        }
      }
    }
    return result;
  }

  /** The pairs that start in one set and end in another: {@code [A];r;[B]}. */
  public Relation between(EventSet from, EventSet to) {
    Relation result = new Relation(size);
    for (int id = 0; id < size; id++) {
      if (from.has(id)) {
        for (int w = 0; w < width; w++) {
          result.bits[id * width + w] = bits[id * width + w] & to.bits[w];
        }
      }
    }
    return result;
  }

  /** The pairs that start in a set: {@code [A];r}. */
  public Relation from(EventSet set) {
    Relation result = new Relation(size);
    for (int id = 0; id < size; id++) {
      if (set.has(id)) {
        result.orRow(id, this, id);
      }
    }
    return result;
  }

  /** The pairs that end in a set: {@code r;[B]}. */
  public Relation to(EventSet set) {
    Relation result = new Relation(this);
    for (int id = 0; id < size; id++) {
      for (int w = 0; w < width; w++) {
        result.bits[id * width + w] &= set.bits[w];
      }
    }
    return result;
  }

  /** Is shown pairs. */
  public interface Visitor {
    void visit(int from, int to);
  }

  /** Shows all pairs, in the order of their ids. */
  public void forEach(Visitor visitor) {
    for (int from = 0; from < size; from++) {
      for (int w = 0; w < width; w++) {
        for (long row = bits[from * width + w]; row != 0; row &= row - 1) {
          visitor.visit(from, (w << 6) + Long.numberOfTrailingZeros(row));
        }
      }
    }
  }

  /** The events of all pairs: {@code domain(r) | range(r)}. */
  public EventSet field() {
    EventSet field = new EventSet(size);
    for (int id = 0; id < size; id++) {
      long any = 0;
      for (int w = 0; w < width; w++) {
        any |= bits[id * width + w];
        field.bits[w] |= bits[id * width + w];
      }
      if (any != 0) {
        field.add(id);
      }
    }
    return field;
  }

  public boolean isEmpty() {
    for (long word : bits) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  public boolean isIrreflexive() {
    for (int id = 0; id < size; id++) {
      if (has(id, id)) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is no cycle. */
  public boolean isAcyclic() {
    return closeFromEnds(false);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Relation relation
        && size == relation.size
        && Arrays.equals(bits, relation.bits);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bits);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    forEach((from, to) -> text.append(from).append("->").append(to).append(' '));
    return text.toString().trim();
  }
}
