package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import java.util.stream.IntStream;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A page table, as a walk arrives at one entry of it: the PMD entry above, the entry that the
 * address selects, and the page-table lock.
 *
 * <p>What an entry holds is described in {@link Pte}.
 *
 * @param above the PMD entry through which the walk came; it may point elsewhere by now
 * @param address the address of the table, as PMD entries name it
 * @param ptes the entries, by address
 * @param index which of them the address selects
 * @param lock the split page-table lock (PTL)
 */
public record PageTable(
    Pmd above, long address, ImmutableList<Word> ptes, int index, Spinlock lock) {
  private static final int INDEX_BITS = 16;

  /** A table of one entry of the given value, in place. */
  public static PageTable of(Memory memory, String name, long pte) {
    return inPlace(memory, name, ImmutableList.of(memory.word(name + ".pte", pte, Pte::show)));
  }

  /** A table of several entries of the given values, in place; its first entry. */
  public static PageTable of(Memory memory, String name, long first, long... others) {
    return inPlace(memory, name, words(memory, name, Longs.concat(new long[] {first}, others)));
  }

  private static PageTable inPlace(Memory memory, String name, ImmutableList<Word> ptes) {
    return memory.make(
        address ->
            new PageTable(
                Pmd.of(memory, name, address | Pte.TABLE),
                address,
                ptes,
                0,
                memory.spinlock(name + ".ptl")));
  }

  /**
   * A table with empty entries that is deposited with a PMD entry that maps a huge page, for the
   * time when that is split.
   *
   * @param size the number of entries: the pages of the huge page
   */
  public static PageTable deposited(Memory memory, String name, long pmd, int size) {
    ImmutableList<Word> ptes = words(memory, name, new long[size]);
    return memory.make(
        address ->
            new PageTable(
                Pmd.of(memory, name, pmd), address, ptes, 0, memory.spinlock(name + ".ptl")));
  }

  private static ImmutableList<Word> words(Memory memory, String name, long[] ptes) {
    return IntStream.range(0, ptes.length)
        .mapToObj(i -> memory.word(name + ".pte" + i, ptes[i], Pte::show))
        .collect(ImmutableList.toImmutableList());
  }

  /** The PMD entry above. */
  public Word pmd() {
    return above.entry();
  }

  /** The entry that the address selects. */
  public Word pte() {
    return ptes.get(index);
  }

  /** The number of entries. */
  public int size() {
    return ptes.size();
  }

  /** The same table at another entry. */
  public PageTable at(int entry) {
    return new PageTable(above, address, ptes, entry, lock);
  }

  /** Where this entry is: the PMD entry through which the walk came, and the index below. */
  public long location() {
    return location(above, index);
  }

  /** Where the entry of this index below a PMD entry is; a huge page is at index 0. */
  public static long location(Pmd pmd, int entry) {
    return (long) pmd.entry().number() << INDEX_BITS | entry;
  }

  /** Whether a location lies below the PMD entry that another is below. */
  public static boolean isInReach(long huge, long location) {
    return huge >> INDEX_BITS == location >> INDEX_BITS;
  }

  /** What a PMD entry that points to this table holds. */
  public long asPmd() {
    return address | Pte.TABLE;
  }
}
