package org.cowcheck.mm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;

/**
 * The free pages of one CPU (its pcp list): the last page that it freed is the first that it gets.
 *
 * <p>It belongs to one run of one program, which makes it anew; nothing of it is shared, so that a
 * page that is freed and allocated again stays on its CPU.
 */
public final class FreeList {
  private final Deque<PageBlock> blocks = new ArrayDeque<>();

  /** A list of free pages; the first is handed out first. */
  public static FreeList of(Page... pages) {
    FreeList list = new FreeList();
    for (Page page : pages) {
      list.blocks.addLast(page.block());
    }
    return list;
  }

  /** Takes a block of so many pages. */
  public Page take(int size) {
    for (PageBlock block : blocks) {
      if (block.size() == size) {
        blocks.remove(block);
        return block.head();
      }
    }
    throw new NoSuchElementException("the scenario has no free block of " + size + " pages left");
  }

  /** Takes back a block. */
  public void put(Page head) {
    blocks.addFirst(head.block());
  }
}
