package org.cowcheck.consistency;

import java.util.Arrays;
import java.util.BitSet;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;

/**
 * A growth that follows a graph event by event, in an order of po | rf. Of each access that a model
 * orders it knows what comes before it, as sets; accesses have numbers in them.
 *
 * <p>A graph that a revisit makes is followed from what the two have in common: what a revisit
 * deletes has been added maximally and leads to nothing that is kept, so that the sets of the kept
 * events are still theirs.
 */
abstract class StepwiseGrowth implements Growth {
  /** In the place of a number. */
  static final int NONE = -1;

  private int[] numbers;
  private final BitSet used;
  private int end;

  /** The growth of a graph of which it has followed nothing. */
  StepwiseGrowth() {
    numbers = new int[0];
    used = new BitSet();
  }

  /** A copy. */
  StepwiseGrowth(StepwiseGrowth other) {
    numbers = other.numbers.clone();
    used = (BitSet) other.used.clone();
    end = other.end;
  }

  /**
   * Follows the next event of a CPU, which is coherent and atomic.
   *
   * @param isLast whether nothing comes after it in the coherence order of its word
   * @return false if the graph of what it has followed is not consistent
   */
  abstract boolean follow(Graph graph, int id, boolean isLast);

  /**
   * Forgets all events of a graph but the first of each CPU.
   *
   * @return false if something that is forgotten leads to something that is not
   */
  abstract boolean keep(Graph graph, int[] kept);

  /** Whether an event that has not been followed is known to make its graph inconsistent. */
  abstract boolean refuses(Graph graph, int id);

  /** A growth that has followed nothing of a graph. */
  abstract StepwiseGrowth begin(Graph graph);

  @Override
  public abstract StepwiseGrowth copy();

  @Override
  public void add(Graph graph, int id) {
    follow(graph, id, true);
  }

  @Override
  public Growth with(Graph graph, int id) {
    if (!Placement.isAllowed(graph, id) || refuses(graph, id)) {
      return null;
    }
    StepwiseGrowth result = copy();
    return result.follow(graph, id, false) ? result : null;
  }

  @Override
  public Growth of(Graph graph) {
    for (int id = graph.words(); id < graph.size(); id++) {
      if (!Placement.isAllowed(graph, id)) {
        return null;
      }
    }
    StepwiseGrowth result = begin(graph);
    return result.followRest(graph, new int[graph.cpus()]) ? result : null;
  }

  @Override
  public Growth revisited(Graph graph, Graph revisited, int[] newIds) {
    int[] kept = new int[graph.cpus()];
    for (int cpu = 0; cpu < kept.length; cpu++) {
      int end = Math.min(graph.length(cpu), revisited.length(cpu));
      while (kept[cpu] < end && isKept(graph, graph.at(cpu, kept[cpu]), revisited, newIds)) {
        kept[cpu]++;
      }
    }
    StepwiseGrowth result = copy();
    if (!result.keep(graph, kept)) {
      return of(revisited);
    }
    result.renumber(graph, revisited, kept);
    return result.followRest(revisited, kept) ? result : null;
  }

  /** Whether an event is in a revisited graph, and reads from the same write there. */
  private static boolean isKept(Graph graph, int id, Graph revisited, int[] newIds) {
    return newIds[id] >= 0
        && (!graph.event(id).isRead() || newIds[graph.rf(id)] == revisited.rf(newIds[id]));
  }

  private void renumber(Graph graph, Graph revisited, int[] kept) {
    int[] old = numbers;
    numbers = new int[revisited.size()];
    Arrays.fill(numbers, NONE);
    for (int word = 0; word < graph.words(); word++) {
      numbers[word] = word < old.length ? old[word] : NONE;
    }
    for (int cpu = 0; cpu < kept.length; cpu++) {
      for (int i = 0; i < kept[cpu]; i++) {
        int id = graph.at(cpu, i);
        numbers[revisited.at(cpu, i)] = id < old.length ? old[id] : NONE;
      }
    }
  }

  /**
   * Follows all events but the first of each CPU, which it has followed.
   *
   * @return false if the graph is not consistent
   */
  final boolean followRest(Graph graph, int[] followed) {
    boolean progress = true;
    while (progress) {
      progress = false;
      for (int cpu = 0; cpu < followed.length; cpu++) {
        while (followed[cpu] < graph.length(cpu)
            && isReady(graph, graph.at(cpu, followed[cpu]), followed)) {
          int id = graph.at(cpu, followed[cpu]++);
          if (!Placement.isAllowed(graph, id) || !follow(graph, id, false)) {
            return false;
          }
          progress = true;
        }
      }
    }
    for (int cpu = 0; cpu < followed.length; cpu++) {
      if (followed[cpu] < graph.length(cpu)) {
        throw new IllegalStateException("po | rf has a cycle");
      }
    }
    return true;
  }

  private static boolean isReady(Graph graph, int id, int[] followed) {
    if (!graph.event(id).isRead()) {
      return true;
    }
    Event source = graph.event(graph.rf(id));
    return source.isInitial() || source.index() < followed[source.cpu()];
  }

  // Numbers.

  /** The number of an event, or NONE if it has none. */
  final int number(int id) {
    return id < numbers.length ? numbers[id] : NONE;
  }

  /** Gives an event the least number that is free. */
  final int assign(int id) {
    if (id >= numbers.length) {
      int known = numbers.length;
      numbers = Arrays.copyOf(numbers, id + id / 2 + 1);
      Arrays.fill(numbers, known, numbers.length, NONE);
    }
    int number = used.nextClearBit(0);
    numbers[id] = number;
    used.set(number);
    end = Math.max(end, number + 1);
    return number;
  }

  /** Takes an event's number away, and returns it; NONE if it has none. */
  final int release(int id) {
    int number = number(id);
    if (number != NONE) {
      used.clear(number);
      numbers[id] = NONE;
    }
    return number;
  }

  /** More than any number in use. */
  final int end() {
    return end;
  }

  final boolean isUsed(int number) {
    return used.get(number);
  }
}
