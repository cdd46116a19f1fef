package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * Pages that lie next to each other: what the page allocator hands out at once, and what a compound
 * page is made of. Whether they are one compound page now, their words say (PG_head,
 * compound_head).
 *
 * <pre>
 * word                 lies in                     holds
 * compound_mapcount    page[1]                     mappings of the whole page, minus 1
 * compound_pincount    page[2] (S0, S1), page[1]   pins of a compound page
 * deferred_list        page[2]                     whether the page waits to be split
 * </pre>
 *
 * <p>A block is as large as a scenario needs it, two pages at least: a PMD maps a whole block, and
 * an order above 1 would show nothing that two pages do not. The words of page[1] and page[2] are
 * words of their own here; in the kernel they lie over mapping, index and private of those pages,
 * which nobody reads of a tail but through a stale compound_head.
 */
public final class PageBlock {
  private final ImmutableList<Page> pages;
  private final Word compoundMapcount;
  private final Word compoundPincount;
  private final Word deferredList;
  private final Spinlock splitQueueLock;
  private final Spinlock largeMapcountLock;
  private final boolean isHugetlb;

  private PageBlock(Page page) {
    this.pages = ImmutableList.of(page);
    this.compoundMapcount = null;
    this.compoundPincount = null;
    this.deferredList = null;
    this.splitQueueLock = null;
    this.largeMapcountLock = null;
    this.isHugetlb = false;
  }

  private PageBlock(
      Memory memory,
      String name,
      ImmutableList<PageState> states,
      boolean isCompound,
      Compound of,
      boolean isHugetlb) {
    this.isHugetlb = isHugetlb;
    this.compoundMapcount = memory.word(name + ".compound_mapcount", of.mapcount());
    this.compoundPincount = memory.word(name + ".compound_pincount", of.pincount());
    this.deferredList =
        memory.word(name + ".deferred_list", 0, value -> value == 0 ? "empty" : "queued");
    this.splitQueueLock = memory.spinlock(name + ".split_queue_lock");
    this.largeMapcountLock = memory.spinlock(name + ".large_mapcount_lock");
    ImmutableList.Builder<Page> made = ImmutableList.builder();
    long headAddress = 0;
    for (int i = 0; i < states.size(); i++) {
      Page page =
          new Page(
              memory,
              i == 0 ? name : name + "[" + i + "]",
              states.get(i),
              i > 0 && isCompound ? headAddress | 1 : 0,
              this,
              i);
      headAddress = i == 0 ? page.address() : headAddress;
      made.add(page);
    }
    this.pages = made.build();
  }

  /**
   * The counts of a compound page.
   *
   * @param mapcount mappings of the whole page, minus 1
   * @param pincount pins
   */
  public record Compound(long mapcount, long pincount) {
    /** Neither mapped as a whole nor pinned. */
    public static final Compound UNMAPPED = new Compound(-1, 0);
  }

  /** A block of one page. */
  static PageBlock of(Page page) {
    return new PageBlock(page);
  }

  /** A free block. */
  public static PageBlock free(Memory memory, String name, int size) {
    return free(memory, name, size, 0);
  }

  /** A free block; each of its pages holds what its last owner left. */
  public static PageBlock free(Memory memory, String name, int size, long contents) {
    return new PageBlock(
        memory,
        name,
        IntStream.range(0, size)
            .mapToObj(i -> PageState.FREE.withContents(contents))
            .collect(ImmutableList.toImmutableList()),
        false,
        Compound.UNMAPPED,
        false);
  }

  /**
   * A compound page; PG_head and compound_head need not be said.
   *
   * @param head the state of the head; the references of the whole page
   * @param tails the states of the tails, which have no references
   */
  public static PageBlock compound(
      Memory memory, String name, Compound counts, PageState head, PageState... tails) {
    return compound(memory, name, counts, false, head, tails);
  }

  /** A page of hugetlb, which stays compound when it is free; else as {@link #compound}. */
  public static PageBlock hugetlb(
      Memory memory, String name, Compound counts, PageState head, PageState... tails) {
    return compound(memory, name, counts, true, head, tails);
  }

  private static PageBlock compound(
      Memory memory,
      String name,
      Compound counts,
      boolean isHugetlb,
      PageState head,
      PageState... tails) {
    return new PageBlock(
        memory,
        name,
        ImmutableList.<PageState>builder()
            .add(head.withFlags(head.flags() | PageFlag.bit(PageFlag.PG_HEAD)))
            .add(tails)
            .build(),
        true,
        counts,
        isHugetlb);
  }

  /** The pages, in the order of their addresses. */
  public ImmutableList<Page> pages() {
    return pages;
  }

  /** The number of pages: a power of 2. */
  public int size() {
    return pages.size();
  }

  /** The first page: the head, while they are a compound page. */
  public Page head() {
    return pages.get(0);
  }

  /** compound_mapcount; null in a block of one page. */
  public Word compoundMapcount() {
    return compoundMapcount;
  }

  /** compound_pincount, or hpage_pinned_refcount; null in a block of one page. */
  public Word compoundPincount() {
    return compoundPincount;
  }

  /** The lock of the deferred split queue that the page may be on; null in a block of one page. */
  public Spinlock splitQueueLock() {
    return splitQueueLock;
  }

  /** The lock of the counts of mappings, since v6.15; null in a block of one page. */
  public Spinlock largeMapcountLock() {
    return largeMapcountLock;
  }

  /** Whether the pages belong to hugetlb (HUGETLB_PAGE_DTOR), for good. */
  public boolean isHugetlb() {
    return isHugetlb;
  }

  /** Whether the page is on the deferred split queue; null in a block of one page. */
  public Word deferredList() {
    return deferredList;
  }
}
