package org.cowcheck.synthesis;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Sets of numbered things that satisfy clauses, the cheapest first.
 *
 * <p>By branch and bound: a clause that a set does not satisfy branches over what may be added; the
 * bound is the cheapest way to satisfy clauses that share nothing. Things are left out that another
 * serves as well for no more.
 */
class HittingSet {
  private final int[] costs;
  private final List<Clause> clauses = new ArrayList<>();
  private final List<List<BitSet>> blocked = new ArrayList<>();

  /**
   * What a set has to satisfy: if it has all the given ones, it has one of others, too.
   *
   * @param given empty if the clause holds for all sets
   */
  record Clause(BitSet given, BitSet oneOf) {
    boolean isSatisfiedBy(BitSet set) {
      return set.intersects(oneOf) || !containsAll(set, given);
    }
  }

  /** An empty problem about things with these costs, each above 0. */
  HittingSet(int... costs) {
    this.costs = costs.clone();
  }

  static boolean containsAll(BitSet set, BitSet part) {
    BitSet rest = (BitSet) part.clone();
    rest.andNot(set);
    return rest.isEmpty();
  }

  void add(Clause clause) {
    clauses.add(clause);
  }

  int size() {
    return clauses.size();
  }

  /** Some clause that a set does not satisfy, by its number; -1 if it satisfies all. */
  int unsatisfied(BitSet set) {
    for (int i = 0; i < clauses.size(); i++) {
      if (!clauses.get(i).isSatisfiedBy(set)) {
        return i;
      }
    }
    return -1;
  }

  /** Excludes every set that has something of each part. */
  void block(List<BitSet> parts) {
    blocked.add(List.copyOf(parts));
  }

  int cost(BitSet set) {
    return set.stream().map(number -> costs[number]).sum();
  }

  /** The cheapest set of up to so many things, and of several the smallest. */
  Optional<BitSet> cheapest(int most) {
    return Optional.ofNullable(new Descent(most).best());
  }

  private final class Descent {
    private final int most;
    private final BitSet useful = useful();
    private BitSet best;
    private int bestCost = Integer.MAX_VALUE;

    Descent(int most) {
      this.most = most;
    }

    BitSet best() {
      descend(new BitSet(), 0, new BitSet());
      return best;
    }

    private void descend(BitSet set, int cost, BitSet excluded) {
      if (isBlocked(set)) {
        return;
      }
      BitSet narrowest = null;
      BitSet seen = new BitSet();
      int bound = cost;
      int more = 0;
      PriorityQueue<BitSet> open =
          new PriorityQueue<>(Comparator.comparingInt(BitSet::cardinality));
      for (Clause clause : clauses) {
        if (!clause.isSatisfiedBy(set)) {
          BitSet choice = (BitSet) clause.oneOf().clone();
          choice.and(useful);
          choice.andNot(excluded);
          open.add(choice);
        }
      }
      while (!open.isEmpty()) {
        BitSet choice = open.remove();
        if (choice.isEmpty()) {
          return;
        }
        if (narrowest == null) {
          narrowest = choice;
        }
        if (!choice.intersects(seen)) {
          seen.or(choice);
          bound += choice.stream().map(number -> costs[number]).min().orElseThrow();
          more++;
        }
      }
      int size = set.cardinality();
      if (size + more > most
          || bound > bestCost
          || (bound == bestCost && size + more >= best.cardinality())) {
        return;
      }
      if (narrowest == null) {
        best = (BitSet) set.clone();
        bestCost = cost;
        return;
      }
      BitSet without = (BitSet) excluded.clone();
      for (int number : inOrder(narrowest)) {
        set.set(number);
        descend(set, cost + costs[number], without);
        set.clear(number);
        without.set(number);
      }
    }

    private int[] inOrder(BitSet choice) {
      return choice.stream()
          .boxed()
          .sorted(Comparator.comparingInt(number -> costs[number]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    private boolean isBlocked(BitSet set) {
      return blocked.stream().anyMatch(parts -> parts.stream().allMatch(set::intersects));
    }

    /**
     * All but what another thing replaces in every set: one that is in the same clauses, costs no
     * more, and whose presence nothing minds.
     */
    private BitSet useful() {
      BitSet minded = new BitSet();
      clauses.forEach(clause -> minded.or(clause.given()));
      blocked.forEach(parts -> parts.forEach(minded::or));
      BitSet[] in = new BitSet[costs.length];
      for (int number = 0; number < in.length; number++) {
        in[number] = new BitSet();
        for (int i = 0; i < clauses.size(); i++) {
          in[number].set(i, clauses.get(i).oneOf().get(number));
        }
      }
      BitSet useful = new BitSet();
      useful.set(0, costs.length);
      for (int number = in.length - 1; number >= 0; number--) {
        for (int other = 0; other < in.length && useful.get(number); other++) {
          if (other != number
              && useful.get(other)
              && !minded.get(other)
              && costs[other] <= costs[number]
              && containsAll(in[other], in[number])) {
            useful.clear(number);
          }
        }
      }
      return useful;
    }
  }
}
