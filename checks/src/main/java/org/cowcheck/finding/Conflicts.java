package org.cowcheck.finding;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.Cause;

/**
 * The accesses of a program, and in which order those of different CPUs come that conflict: to one
 * word, and one of them stores. An execution is known by that.
 *
 * <p>An access is the same in two executions if it is the n-th of its kind to its word in its step
 * of its CPU. Of a lock the orders of its sections count, each once. Whether one access comes
 * before another is read from rf and co, whatever the memory model.
 */
final class Conflicts {
  private final Map<Access, Integer> numbers = new HashMap<>();
  private final List<Access> accesses = new ArrayList<>();
  private final Map<Pair, Integer> pairNumbers = new HashMap<>();
  private final List<Pair> pairs = new ArrayList<>();

  /**
   * An access.
   *
   * @param occurrence how many of the same come before it
   */
  record Access(int cpu, String label, boolean isWrite, boolean isLock, Word word, int occurrence) {

    /** In words that do not depend on the program: {@code C8 load _refcount}. */
    String words() {
      return Cause.access(label, isLock ? "lock" : isWrite ? "store" : "load", word);
    }
  }

  /** Two accesses, by their numbers; the first comes first. */
  record Pair(int first, int second) {}

  Access access(int number) {
    return accesses.get(number);
  }

  Pair pair(int number) {
    return pairs.get(number);
  }

  /** The orders of an execution, by their numbers. */
  BitSet orders(Graph graph) {
    int[] numberOf = new int[graph.size()];
    int[] when = new int[graph.size()];
    List<List<Integer>> byWord = new ArrayList<>();
    for (int word = 0; word < graph.words(); word++) {
      byWord.add(new ArrayList<>());
      for (int place = 0; place < graph.writes(word); place++) {
        when[graph.write(word, place)] = 2 * place;
      }
    }
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      Map<Access, Integer> seen = new HashMap<>();
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        Event event = graph.event(id);
        if (counts(event)) {
          if (event.isRead()) {
            when[id] = when[graph.rf(id)] + 1;
          }
          numberOf[id] = number(event, seen);
          byWord.get(event.word().number()).add(id);
        }
      }
    }
    BitSet orders = new BitSet();
    for (List<Integer> ids : byWord) {
      for (int i = 0; i < ids.size(); i++) {
        for (int j = i + 1; j < ids.size(); j++) {
          int a = ids.get(i);
          int b = ids.get(j);
          if (graph.event(a).cpu() != graph.event(b).cpu()
              && (graph.event(a).isWrite() || graph.event(b).isWrite())) {
            orders.set(
                when[a] < when[b]
                    ? number(new Pair(numberOf[a], numberOf[b]))
                    : number(new Pair(numberOf[b], numberOf[a])));
          }
        }
      }
    }
    return orders;
  }

  /** The places in program order of the accesses of an execution, by their numbers. */
  Map<Integer, Integer> places(Graph graph) {
    Map<Integer, Integer> places = new HashMap<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      Map<Access, Integer> seen = new HashMap<>();
      for (int i = 0; i < graph.length(cpu); i++) {
        Event event = graph.event(graph.at(cpu, i));
        if (counts(event)) {
          places.put(number(event, seen), i);
        }
      }
    }
    return places;
  }

  private static boolean counts(Event event) {
    return !event.isFence()
        && event.lockRole() != LockRole.LOCK_READ
        && event.lockRole() != LockRole.UNLOCK;
  }

  private int number(Event event, Map<Access, Integer> seen) {
    Access first =
        new Access(
            event.cpu(),
            event.step().label(),
            event.isWrite(),
            event.lockRole() == LockRole.LOCK_WRITE,
            event.word(),
            0);
    int occurrence = seen.merge(first, 1, Integer::sum) - 1;
    Access access =
        new Access(first.cpu, first.label, first.isWrite, first.isLock, first.word, occurrence);
    Integer known = numbers.putIfAbsent(access, accesses.size());
    if (known != null) {
      return known;
    }
    accesses.add(access);
    return accesses.size() - 1;
  }

  private int number(Pair pair) {
    Integer known = pairNumbers.putIfAbsent(pair, pairs.size());
    if (known != null) {
      return known;
    }
    pairs.add(pair);
    return pairs.size() - 1;
  }
}
