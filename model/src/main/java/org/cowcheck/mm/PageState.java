package org.cowcheck.mm;

/**
 * What the words of a struct page hold at first.
 *
 * @param flags page flags ({@link PageFlag})
 * @param mapping a tagged pointer ({@link Page})
 * @param refcount references
 * @param mapcount mappings minus 1
 * @param contents the page's memory
 */
public record PageState(long flags, long mapping, long refcount, long mapcount, long contents) {
  /** In the hands of the page allocator. */
  public static final PageState FREE = new PageState(0, 0, 0, -1);

  /** With contents of 0. */
  public PageState(long flags, long mapping, long refcount, long mapcount) {
    this(flags, mapping, refcount, mapcount, 0);
  }

  /** With other flags. */
  public PageState withFlags(long other) {
    return new PageState(other, mapping, refcount, mapcount, contents);
  }

  /** With another count of mappings. */
  public PageState withMapcount(long other) {
    return new PageState(flags, mapping, refcount, other, contents);
  }

  /** With other contents. */
  public PageState withContents(long other) {
    return new PageState(flags, mapping, refcount, mapcount, other);
  }
}
