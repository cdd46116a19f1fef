package org.cowcheck.mm;

/**
 * What the words of a struct page hold at first.
 *
 * @param flags page flags ({@link PageFlag})
 * @param mapping a tagged pointer ({@link Page})
 * @param refcount references
 * @param mapcount mappings minus 1
 * @param contents the page's memory
 * @param privateData the address of the swap slot, of a page in the swap cache
 */
public record PageState(
    long flags, long mapping, long refcount, long mapcount, long contents, long privateData) {
  /** In the hands of the page allocator. */
  public static final PageState FREE = new PageState(0, 0, 0, -1);

  /** With contents of 0. */
  public PageState(long flags, long mapping, long refcount, long mapcount) {
    this(flags, mapping, refcount, mapcount, 0);
  }

  /** With no swap slot. */
  public PageState(long flags, long mapping, long refcount, long mapcount, long contents) {
    this(flags, mapping, refcount, mapcount, contents, 0);
  }

  /** With other flags. */
  public PageState withFlags(long other) {
    return new PageState(other, mapping, refcount, mapcount, contents, privateData);
  }

  /** With another count of mappings. */
  public PageState withMapcount(long other) {
    return new PageState(flags, mapping, refcount, other, contents, privateData);
  }

  /** With other contents. */
  public PageState withContents(long other) {
    return new PageState(flags, mapping, refcount, mapcount, other, privateData);
  }
}
