package org.cowcheck.synthesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The cheapest sets, against all sets. */
final class HittingSetTest {
  private static final int THINGS = 8;

  @Test
  void withoutClauses_theEmptySetIsTheCheapest() {
    assertEquals(Optional.of(new BitSet()), new HittingSet(1, 2, 3).cheapest(3));
  }

  @Test
  void twoClauses_areHitByWhatTheyShareIfThatIsCheaper() {
    HittingSet sets = new HittingSet(3, 4, 3);
    sets.add(new HittingSet.Clause(set(), set(0, 1)));
    sets.add(new HittingSet.Clause(set(), set(1, 2)));
    assertEquals(Optional.of(set(1)), sets.cheapest(3));
  }

  @Test
  void aClauseHoldsWhereItsEditsAreGiven() {
    HittingSet sets = new HittingSet(1, 1, 5);
    sets.add(new HittingSet.Clause(set(), set(0, 2)));
    sets.add(new HittingSet.Clause(set(0), set(1)));
    assertEquals(Optional.of(set(0, 1)), sets.cheapest(3));
    sets.add(new HittingSet.Clause(set(0, 1), set()));
    assertEquals(Optional.of(set(2)), sets.cheapest(3));
  }

  @Test
  void whatIsBlockedIsNotFoundAgain() {
    HittingSet sets = new HittingSet(1, 2, 3);
    sets.add(new HittingSet.Clause(set(), set(0, 1, 2)));
    sets.block(List.of(set(0, 1)));
    assertEquals(Optional.of(set(2)), sets.cheapest(3));
    sets.block(List.of(set(2)));
    assertEquals(Optional.empty(), sets.cheapest(3));
  }

  @Test
  void aSetHasNoMoreThingsThanAllowed() {
    HittingSet sets = new HittingSet(1, 1, 5);
    sets.add(new HittingSet.Clause(set(), set(0, 2)));
    sets.add(new HittingSet.Clause(set(), set(1, 2)));
    assertEquals(Optional.of(set(0, 1)), sets.cheapest(2));
    assertEquals(Optional.of(set(2)), sets.cheapest(1));
  }

  @Test
  void randomProblems_agreeWithAllSets() {
    Random random = new Random(7);
    int solvable = 0;
    for (int round = 0; round < 3000; round++) {
      int[] costs = random.ints(THINGS, 1, 9).toArray();
      HittingSet sets = new HittingSet(costs);
      List<HittingSet.Clause> clauses = new ArrayList<>();
      List<List<BitSet>> blocked = new ArrayList<>();
      for (int i = random.nextInt(9); i >= 0; i--) {
        BitSet given = random.nextInt(3) == 0 ? some(random, 0.2) : new BitSet();
        clauses.add(new HittingSet.Clause(given, some(random, 0.3)));
        sets.add(clauses.get(clauses.size() - 1));
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        blocked.add(List.of(some(random, 0.4), some(random, 0.4)));
        sets.block(blocked.get(blocked.size() - 1));
      }
      int most = 1 + random.nextInt(5);
      Optional<Integer> expected = Optional.empty();
      for (int bits = 0; bits < 1 << THINGS; bits++) {
        BitSet set = BitSet.valueOf(new long[] {bits});
        if (set.cardinality() <= most
            && clauses.stream().allMatch(clause -> clause.isSatisfiedBy(set))
            && blocked.stream().noneMatch(parts -> parts.stream().allMatch(set::intersects))
            && (expected.isEmpty() || sets.cost(set) < expected.get())) {
          expected = Optional.of(sets.cost(set));
        }
      }
      Optional<BitSet> found = sets.cheapest(most);
      assertEquals(expected, found.map(sets::cost), () -> clauses + " " + blocked);
      found.ifPresent(
          set -> {
            assertEquals(-1, sets.unsatisfied(set));
            assertTrue(set.cardinality() <= most);
            assertFalse(
                blocked.stream().anyMatch(parts -> parts.stream().allMatch(set::intersects)));
          });
      solvable += found.isPresent() ? 1 : 0;
    }
    assertTrue(solvable > 500 && solvable < 2900, "a mixed bag, not " + solvable);
  }

  private static BitSet some(Random random, double part) {
    BitSet set = new BitSet();
    for (int i = 0; i < THINGS; i++) {
      set.set(i, random.nextDouble() < part);
    }
    return set;
  }

  private static BitSet set(int... numbers) {
    BitSet set = new BitSet();
    for (int number : numbers) {
      set.set(number);
    }
    return set;
  }
}
