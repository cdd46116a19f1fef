package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;

/** swap_map[] counts the entries of its slot and knows whether the swap cache has a page for it. */
final class SwapMapTest {
  private static final String COUNT = "swap_map counts more or fewer entries than there are";
  private static final String CACHE = "SWAP_HAS_CACHE and the swap cache disagree";

  private final Memory memory = new Memory();
  private final SwapSlot slot = SwapSlot.of(memory, SwapSlot.Device.DISK, 2, 0);
  private final PageTable table = PageTable.of(memory, "mm", Pte.swap(slot));
  private final PageTable other = PageTable.of(memory, "other", Pte.swap(slot) | Pte.EXCLUSIVE);
  private final Page page = Page.free(memory, "page");

  private ImmutableList<String> broken(ImmutableMap<Word, Long> values) {
    World world =
        new World(
            Kernels.of(KernelState.S3),
            memory,
            ImmutableList.of(page),
            ImmutableList.of(
                new AddressSpace(
                    new Mm(memory, "mm", false), ImmutableList.of(table.above(), other.above()))),
            ImmutableList.of(table, other),
            ImmutableList.of(slot));
    End end = new OneValue(0, values, ImmutableList.of());
    return new SwapMap(world)
        .all().stream()
            .filter(invariant -> !invariant.holds().test(end))
            .map(
                invariant -> {
                  assertEquals("swap_map", invariant.where().apply(end));
                  return invariant.broken();
                })
            .collect(ImmutableList.toImmutableList());
  }

  @Test
  void everyEntryIsCounted() {
    assertEquals(ImmutableList.of(), broken(ImmutableMap.of()));
    assertEquals(ImmutableList.of(COUNT), broken(ImmutableMap.of(slot.swapMap(), 1L)));
  }

  @Test
  void noEntryIsCountedThatIsNotThere() {
    assertEquals(ImmutableList.of(COUNT), broken(ImmutableMap.of(table.pte(), 0L)));
    assertEquals(ImmutableList.of(), broken(ImmutableMap.of(table.pte(), 0L, slot.swapMap(), 1L)));
    assertEquals(ImmutableList.of(COUNT), broken(ImmutableMap.of(table.pte(), Pte.readOnly(page))));
  }

  @Test
  void thePageOfTheSwapCacheIsKnown() {
    long cached = 2 | SwapSlot.HAS_CACHE;
    assertEquals(ImmutableList.of(CACHE), broken(ImmutableMap.of(slot.swapMap(), cached)));
    assertEquals(
        ImmutableList.of(CACHE), broken(ImmutableMap.of(slot.swapCache(), page.address())));
    assertEquals(
        ImmutableList.of(),
        broken(ImmutableMap.of(slot.swapMap(), cached, slot.swapCache(), page.address())));
  }
}
