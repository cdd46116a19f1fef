package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.stream.Stream;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.patch.Kernel;

/**
 * What invariants look at: all pages, page tables and swap slots of a scenario.
 *
 * @param kernel the kernel of all programs
 * @param memory where they are
 * @param pages every page that an entry may map
 * @param spaces every address space; the first is the parent of the others
 * @param tables every page table, in place or not
 * @param slots every swap slot
 */
public record World(
    Kernel kernel,
    Memory memory,
    ImmutableList<Page> pages,
    ImmutableList<AddressSpace> spaces,
    ImmutableList<PageTable> tables,
    ImmutableList<SwapSlot> slots) {

  /** The words of all page flags. */
  public ImmutableSet<Word> flags() {
    return pages.stream().map(Page::flags).collect(ImmutableSet.toImmutableSet());
  }

  /** The words of all entries of all page tables. */
  public ImmutableSet<Word> entries() {
    return tables.stream()
        .flatMap(table -> table.ptes().stream())
        .collect(ImmutableSet.toImmutableSet());
  }

  /** The words of the page-table locks, of both levels. */
  public ImmutableSet<Word> locks() {
    return Stream.concat(
            tables.stream().map(PageTable::lock),
            spaces.stream().flatMap(space -> space.pmds().stream()).map(pmd -> pmd.lock()))
        .map(Spinlock::word)
        .collect(ImmutableSet.toImmutableSet());
  }
}
