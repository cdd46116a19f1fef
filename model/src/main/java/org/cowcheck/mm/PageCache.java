package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;

/** Pages of the page cache, which holds a reference of each. */
public final class PageCache {
  /** The mapping of such a page: some aligned address_space. */
  private static final long ADDRESS_SPACE = 0x3000;

  private PageCache() {}

  /** A page that nobody maps. */
  public static Page unmapped(Memory memory, String name) {
    return page(memory, name, 0, 0);
  }

  /** The same, with contents. */
  public static Page unmapped(Memory memory, String name, long contents) {
    return page(memory, name, 0, contents);
  }

  /** A page that is mapped once. */
  public static Page mapped(Memory memory, String name) {
    return page(memory, name, 1, 0);
  }

  private static Page page(Memory memory, String name, int mappings, long contents) {
    return new Page(
        memory,
        name,
        new PageState(
            bit(PG_UPTODATE) | bit(PG_LRU), ADDRESS_SPACE, 1 + mappings, mappings - 1, contents));
  }
}
