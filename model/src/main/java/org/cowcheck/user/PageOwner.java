package org.cowcheck.user;

import org.cowcheck.mm.Page;
import org.cowcheck.mm.gup.GupFlags;

/**
 * What a process can do with one page of its private memory, whatever the memory is: what the tests
 * of a matrix ask for. fork() is not here: a child has memory of the same kind.
 */
public sealed interface PageOwner permits Task, HugetlbTask.OnePage {
  /**
   * Loads from the page; {@link org.cowcheck.mm.access.UserAccess#SEGV} if that was never
   * permitted.
   */
  long read();

  /** Stores to the page; whether it was permitted in the end. */
  boolean write(long value);

  /** munmap() or exit. */
  void unmap();

  /** mprotect(PROT_READ). */
  void protect();

  /** mprotect(PROT_READ | PROT_WRITE). */
  void protectWritable();

  /** pin_user_pages() of the page; null if it cannot be pinned. */
  Page pin(GupFlags flags);

  /** pin_user_pages_fast() of the page; null if it cannot be pinned. */
  Page pinFast(GupFlags flags);

  /** vmsplice() of the page into a pipe, for reading. */
  Page vmsplice();

  /** What a device reads from a page that is pinned, or the reader of a pipe. */
  long readThrough(Page page);
}
