package org.cowcheck.mm;

/**
 * One private mapping (vm_area_struct without VM_SHARED): what faults and GUP ask it.
 *
 * <p>VM_MAYWRITE is always set. Left out: that mprotect() changes vm_flags, under mmap_lock; shared
 * mappings.
 *
 * @param write VM_WRITE
 * @param file the page cache page that the file has for the entry; null for anonymous memory
 */
public record Vma(boolean write, Page file) {
  /** Anonymous memory that may be written to. */
  public static final Vma ANON = new Vma(true, null);

  /** A private mapping of a file, which may be read only. */
  public static Vma readOnlyFile(Page page) {
    return new Vma(false, page);
  }

  /** vma_is_anonymous(). */
  public boolean isAnonymous() {
    return file == null;
  }

  /** maybe_mkwrite(). */
  public long maybeMkwrite(long pte) {
    return write ? pte | Pte.WRITE : pte;
  }
}
