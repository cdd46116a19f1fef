package org.cowcheck.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which orders of an execution no harmless one has together. */
final class DecisiveOrdersTest {
  private static BitSet set(int... orders) {
    BitSet set = new BitSet();
    for (int order : orders) {
      set.set(order);
    }
    return set;
  }

  private static Optional<ImmutableList<ImmutableList<Integer>>> decisive(
      BitSet wrong, List<BitSet> harmless) {
    return DecisiveOrders.of(wrong, harmless, Comparator.naturalOrder(), order -> "" + order);
  }

  @Test
  void whatEveryHarmlessOneLacks_isEnough() {
    assertEquals(
        List.of(List.of(2)),
        decisive(set(1, 2, 3), List.of(set(1), set(1, 3), set(3))).orElseThrow());
  }

  @Test
  void whatTheSameOnesLack_isOne() {
    assertEquals(
        List.of(List.of(2, 3)), decisive(set(1, 2, 3), List.of(set(1), set(1, 9))).orElseThrow());
  }

  @Test
  void ofSeveral_theFirstInTheAlphabetAreChosen() {
    assertEquals(
        List.of(List.of(1), List.of(4)),
        decisive(set(1, 2, 3, 4), List.of(set(2, 3, 4), set(1, 3), set(1, 2, 3))).orElseThrow());
  }

  @Test
  void withoutHarmlessOnes_nothingDecides() {
    assertEquals(List.of(), decisive(set(1, 2), List.of()).orElseThrow());
  }

  @Test
  void moreThanAnyoneUnderstands_areNoExplanation() {
    int many = DecisiveOrders.MOST + 1;
    BitSet all = new BitSet();
    all.set(0, many);
    List<BitSet> harmless = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      BitSet other = (BitSet) all.clone();
      other.clear(i);
      harmless.add(other);
    }
    assertTrue(decisive(all, harmless).isEmpty());
  }

  @Test
  void theyAreTheFewest_asTryingAllSaysToo() {
    Random random = new Random(9);
    for (int round = 0; round < 300; round++) {
      BitSet wrong = set(0, 1, 2, 3, 4, 5, 6);
      List<BitSet> harmless = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        BitSet other = BitSet.valueOf(new long[] {random.nextInt(127)});
        harmless.add(other);
      }
      BitSet chosen = new BitSet();
      decisive(wrong, harmless).orElseThrow().forEach(same -> chosen.set(same.get(0)));
      assertTrue(harmless.stream().noneMatch(other -> containsAll(other, chosen)));
      assertEquals(fewest(harmless), chosen.cardinality());
    }
  }

  private static int fewest(List<BitSet> harmless) {
    int fewest = Integer.MAX_VALUE;
    for (int mask = 0; mask < 128; mask++) {
      BitSet set = BitSet.valueOf(new long[] {mask});
      if (harmless.stream().noneMatch(other -> containsAll(other, set))) {
        fewest = Math.min(fewest, set.cardinality());
      }
    }
    return fewest;
  }

  private static boolean containsAll(BitSet set, BitSet subset) {
    BitSet rest = (BitSet) subset.clone();
    rest.andNot(set);
    return rest.isEmpty();
  }
}
