package org.cowcheck.setting;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * The ways in which a process may have a huge page of two pages, as the tests of
 * tools/testing/selftests/mm/cow.c make them: where its paths lead to, starting from a page that is
 * mapped by a PMD entry. A test holds them against those paths. And a page of hugetlb.
 *
 * <p>Left out: swapped ones. Once a huge page is written and freed, each of its entries is a swap
 * entry like any other.
 *
 * @param block the huge page
 * @param tables the tables that map it, in place or deposited, in the order of addresses
 */
public record HugeMemory(PageBlock block, ImmutableList<PageTable> tables) {
  /** What the page holds at first. */
  public static final long BEFORE = 1;

  private static final int SIZE = 2;

  /** Mapped by a PMD entry. */
  public static HugeMemory pmdMapped(Machine machine, Mm mm) {
    PageBlock block = HugePage.mapped(machine.memory, machine.kernel, BEFORE);
    long pmd = Pte.huge(block.head(), true);
    return in(machine, mm, block, PageTable.deposited(machine.memory, "mm", pmd, SIZE));
  }

  /** A page of hugetlb, mapped by a PMD entry. */
  public static HugeMemory hugetlb(Machine machine, Mm mm) {
    PageBlock block = HugetlbPage.mapped(machine.memory, machine.kernel, BEFORE);
    long pmd = Pte.huge(block.head(), true);
    return in(machine, mm, block, PageTable.deposited(machine.memory, "mm", pmd, SIZE));
  }

  /** Mapped by PTEs: its PMD entry was split. */
  public static HugeMemory pteMapped(Machine machine, Mm mm) {
    PageBlock block = block(machine, true, 0, 0);
    return in(machine, mm, block, table(machine, "mm", writable(block, 0), writable(block, 1)));
  }

  /** All but the second page is zapped. */
  public static HugeMemory singleTail(Machine machine, Mm mm) {
    return singleTail(machine, mm, 0, 1);
  }

  /** As {@link #singleTail}, and somebody has locked it and has a reference. */
  public static HugeMemory singleTailAndLocked(Machine machine, Mm mm) {
    return singleTail(machine, mm, bit(PageFlag.PG_LOCKED), 2);
  }

  private static HugeMemory singleTail(Machine machine, Mm mm, long flags, long references) {
    Kernel kernel = machine.kernel;
    PageBlock block =
        PageBlock.compound(
            machine.memory,
            "page",
            PageBlock.Compound.UNMAPPED,
            new PageState(HugePage.HEAD_FLAGS | bit(PG_LRU) | flags, Page.ANON_VMA, references, -1),
            HugePage.TAIL.withFlags(HugePage.exclusive(kernel)).withMapcount(0));
    return in(machine, mm, block, table(machine, "mm", 0, writable(block, 1)));
  }

  /** All but the first page is zapped; the flag of the other is stale. */
  public static HugeMemory singlePte(Machine machine, Mm mm) {
    PageBlock block = block(machine, true, -1, 0);
    return in(machine, mm, block, table(machine, "mm", writable(block, 0), 0));
  }

  /** The second page is moved to another table by mremap(). */
  public static HugeMemory partialMremap(Machine machine, Mm mm) {
    PageBlock block = block(machine, true, 0, 0);
    return in(
        machine,
        mm,
        block,
        table(machine, "mm", writable(block, 0), 0),
        table(machine, "moved", writable(block, 1), 0));
  }

  /** The first page was shared with a child that is gone; the second was not (MADV_DONTFORK). */
  public static HugeMemory partiallyShared(Machine machine, Mm mm) {
    PageBlock block = block(machine, false, 0, 0);
    return in(machine, mm, block, table(machine, "mm", shared(block), writable(block, 1)));
  }

  /**
   * As {@link #partiallyShared}, but the child has left a reference of the first page, as
   * vmsplice() takes it, and the second page is moved to another table by mremap().
   */
  public static HugeMemory partiallySharedHeldAndMoved(Machine machine, Mm mm) {
    PageBlock block = block(machine, false, 0, 1);
    return in(
        machine,
        mm,
        block,
        table(machine, "mm", shared(block), 0),
        table(machine, "moved", writable(block, 1), 0));
  }

  private static long shared(PageBlock block) {
    return writable(block, 0) & ~Pte.WRITE;
  }

  /** Where a page of it is mapped. */
  public PageTable at(int page) {
    return tables.size() == 1 ? tables.get(0).at(page) : tables.get(page);
  }

  /** A page of it. */
  public Page page(int index) {
    return block.pages().get(index);
  }

  /** Room for a child's share of the first table. */
  public static PageTable room(Machine machine, Mm child, String name) {
    return machine.map(child, PageTable.deposited(machine.memory, name, 0, SIZE));
  }

  /**
   * A huge page that PTEs map; the second page has the flag.
   *
   * @param headExclusive whether the first page is exclusive
   * @param tailMapcount _mapcount of the second
   * @param held references that are not of mappings
   */
  private static PageBlock block(
      Machine machine, boolean headExclusive, int tailMapcount, long held) {
    long exclusive = HugePage.exclusive(machine.kernel);
    long flags = HugePage.HEAD_FLAGS | bit(PG_LRU) | bit(PG_DIRTY);
    return PageBlock.compound(
        machine.memory,
        "page",
        PageBlock.Compound.UNMAPPED,
        new PageState(
            flags | (headExclusive ? exclusive : 0),
            Page.ANON_VMA,
            2 + tailMapcount + held,
            0,
            BEFORE),
        HugePage.TAIL.withFlags(exclusive).withMapcount(tailMapcount).withContents(BEFORE));
  }

  private static long writable(PageBlock block, int page) {
    return Pte.writable(block.pages().get(page)) & ~Pte.DIRTY;
  }

  private static PageTable table(Machine machine, String name, long first, long second) {
    return PageTable.of(machine.memory, name, first, second);
  }

  private static HugeMemory in(Machine machine, Mm mm, PageBlock block, PageTable... tables) {
    machine.add(block);
    for (PageTable table : tables) {
      machine.map(mm, table);
    }
    return new HugeMemory(block, ImmutableList.copyOf(tables));
  }
}
