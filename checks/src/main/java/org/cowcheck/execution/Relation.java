package org.cowcheck.execution;

import java.util.Arrays;

/**
 * A relation between the events of one graph, with the operators of the cat language: {@code |}
 * {@link #or}, {@code &} {@link #and}, {@code \} {@link #minus}, {@code ;} {@link #then}, {@code ?}
 * {@link #optional}, {@code *} {@link #star}, {@code ^-1} {@link #inverse}, and {@code [A];r;[B]}
 * {@link #between}.
 *
 * <p>Operators return a new relation; {@link #add} alone changes one.
 */
public final class Relation {
  private final int size;
  private final int width;
  private final long[] bits;

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
    bits[from * width + (to >>> 6)] |= 1L << to;
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
      for (int w = 0; w < width; w++) {
        long row = bits[from * width + w];
        while (row != 0) {
          int middle = (w << 6) + Long.numberOfTrailingZeros(row);
          row &= row - 1;
          result.orRow(from, other, middle);
        }
      }
    }
    return result;
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
    int[] order = new int[size];
    return topologicalOrder(order) ? result.closeAlong(order) : result.closeByWarshall();
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

  /** Closes an acyclic relation from its ends; what is reached through a row already is skipped. */
  private Relation closeAlong(int[] order) {
    long[] reached = new long[width];
    for (int i = size - 1; i >= 0; i--) {
      int from = order[i];
      Arrays.fill(reached, 0);
      for (int w = 0; w < width; w++) {
        long left = bits[from * width + w];
        while ((left &= ~reached[w]) != 0) {
          int next = (w << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          for (int k = 0; k < width; k++) {
            reached[k] |= bits[next * width + k];
          }
        }
      }
      for (int w = 0; w < width; w++) {
        bits[from * width + w] |= reached[w];
      }
    }
    return this;
  }

  /** Fills in the events, each before those that it leads to; false if there is a cycle. */
  private boolean topologicalOrder(int[] order) {
    int[] incoming = new int[size];
    for (int from = 0; from < size; from++) {
      for (int w = 0; w < width; w++) {
        for (long row = bits[from * width + w]; row != 0; row &= row - 1) {
          incoming[(w << 6) + Long.numberOfTrailingZeros(row)]++;
        }
      }
    }
    int ready = 0;
    for (int id = 0; id < size; id++) {
      if (incoming[id] == 0) {
        order[ready++] = id;
      }
    }
    for (int taken = 0; taken < ready; taken++) {
      int from = order[taken];
      for (int w = 0; w < width; w++) {
        for (long row = bits[from * width + w]; row != 0; row &= row - 1) {
          int to = (w << 6) + Long.numberOfTrailingZeros(row);
          if (--incoming[to] == 0) {
            order[ready++] = to;
          }
        }
      }
    }
    return ready == size;
  }

  /** Reflexive and transitive closure. */
  public Relation star() {
    return plus().optional();
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
    return topologicalOrder(new int[size]);
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
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        if (has(from, to)) {
          text.append(from).append("->").append(to).append(' ');
        }
      }
    }
    return text.toString().trim();
  }
}
