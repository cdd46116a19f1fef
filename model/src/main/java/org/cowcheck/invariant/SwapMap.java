package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import java.util.function.BiPredicate;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;

/**
 * What must hold of swap_map[] in the end, when nobody is about to change it: it counts the entries
 * that name the slot, and says whether the swap cache has a page for it.
 *
 * @param world what is looked at
 */
public record SwapMap(World world) {

  /** Both, the graver first. */
  public ImmutableList<Invariant> all() {
    return ImmutableList.of(
        atEnd("swap_map counts more or fewer entries than there are", this::countsEntries),
        atEnd("SWAP_HAS_CACHE and the swap cache disagree", SwapMap::knowsCache));
  }

  private Invariant atEnd(String broken, BiPredicate<End, SwapSlot> holds) {
    return new Invariant(
        broken, end -> firstBroken(end, holds).isEmpty(), end -> firstBroken(end, holds));
  }

  private String firstBroken(End end, BiPredicate<End, SwapSlot> holds) {
    for (SwapSlot slot : world.slots()) {
      if (!holds.test(end, slot)) {
        return slot.swapMap().name();
      }
    }
    return "";
  }

  private boolean countsEntries(End end, SwapSlot slot) {
    long entries = 0;
    for (Mapping mapping : end.mappings(world).all()) {
      entries +=
          Pte.isSwap(mapping.entry()) && Pte.address(mapping.entry()) == slot.address() ? 1 : 0;
    }
    return SwapSlot.count(end.value(slot.swapMap())) == entries;
  }

  private static boolean knowsCache(End end, SwapSlot slot) {
    return ((end.value(slot.swapMap()) & SwapSlot.HAS_CACHE) != 0)
        == (end.value(slot.swapCache()) != 0);
  }
}
