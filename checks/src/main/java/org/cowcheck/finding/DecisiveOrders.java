package org.cowcheck.finding;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The fewest orders of an execution that no harmless execution has together: a smallest hitting set
 * of what each harmless one lacks.
 *
 * <p>Orders that the same harmless executions lack are one. An order is left alone if another one
 * is lacking wherever it is, and elsewhere, too: a later access that comes before a later one says
 * more.
 */
final class DecisiveOrders {
  /** More are no explanation any more. */
  static final int MOST = 6;

  private static final int COMPARED = 1000;

  private final List<BitSet> columns = new ArrayList<>();
  private final List<ImmutableList<Integer>> members = new ArrayList<>();
  private final List<BitSet> rows = new ArrayList<>();

  private DecisiveOrders(BitSet wrong, Collection<BitSet> harmless, Comparator<Integer> best) {
    List<BitSet> lacking = new ArrayList<>();
    for (BitSet other : harmless) {
      BitSet lacks = (BitSet) wrong.clone();
      lacks.andNot(other);
      if (!lacks.isEmpty()) {
        lacking.add(lacks);
      }
    }
    List<Integer> orders = wrong.stream().boxed().sorted(best).toList();
    List<BitSet> all = new ArrayList<>();
    List<List<Integer>> same = new ArrayList<>();
    for (int order : orders) {
      BitSet column = new BitSet();
      for (int row = 0; row < lacking.size(); row++) {
        column.set(row, lacking.get(row).get(order));
      }
      int known = all.indexOf(column);
      if (known < 0) {
        all.add(column);
        same.add(new ArrayList<>());
        known = all.size() - 1;
      }
      same.get(known).add(order);
    }
    for (int i = 0; i < all.size(); i++) {
      BitSet column = all.get(i);
      if (!column.isEmpty()
          && all.stream().noneMatch(other -> !other.equals(column) && containsAll(other, column))) {
        columns.add(column);
        members.add(ImmutableList.copyOf(same.get(i)));
      }
    }
    Set<BitSet> hits = new LinkedHashSet<>();
    for (int row = 0; row < lacking.size(); row++) {
      BitSet hit = new BitSet();
      for (int column = 0; column < columns.size(); column++) {
        hit.set(column, columns.get(column).get(row));
      }
      hits.add(hit);
    }
    rows.addAll(hits);
    rows.sort(Comparator.comparingInt(BitSet::cardinality));
  }

  private static boolean containsAll(BitSet set, BitSet subset) {
    BitSet rest = (BitSet) subset.clone();
    rest.andNot(set);
    return rest.isEmpty();
  }

  /**
   * The orders, each with those that are one with it, the best of them first.
   *
   * @param wrong the orders of the execution
   * @param harmless those of executions that break nothing
   * @param best which of several that are one to name, first those to be preferred
   * @param words names of orders: of several sets of orders the first in the alphabet is chosen
   * @return nothing if more than {@value #MOST} are needed
   */
  static Optional<ImmutableList<ImmutableList<Integer>>> of(
      BitSet wrong,
      Collection<BitSet> harmless,
      Comparator<Integer> best,
      Function<Integer, String> words) {
    DecisiveOrders orders = new DecisiveOrders(wrong, harmless, best);
    for (int size = 0; size <= MOST; size++) {
      List<BitSet> all = new ArrayList<>();
      orders.choose(new BitSet(), size, all);
      if (!all.isEmpty()) {
        return all.stream()
            .map(
                chosen ->
                    chosen.stream()
                        .mapToObj(orders.members::get)
                        .sorted(Comparator.comparing(same -> words.apply(same.get(0))))
                        .collect(ImmutableList.toImmutableList()))
            .min(
                Comparator.comparing(
                    chosen ->
                        chosen.stream().map(same -> words.apply(same.get(0))).toList().toString()));
      }
    }
    return Optional.empty();
  }

  private void choose(BitSet chosen, int left, List<BitSet> all) {
    BitSet open = null;
    for (BitSet row : rows) {
      if (!row.intersects(chosen)) {
        open = row;
        break;
      }
    }
    if (open == null) {
      all.add((BitSet) chosen.clone());
      return;
    }
    for (int column = open.nextSetBit(0);
        left > 0 && column >= 0 && all.size() < COMPARED;
        column = open.nextSetBit(column + 1)) {
      chosen.set(column);
      choose(chosen, left - 1, all);
      chosen.clear(column);
    }
  }
}
