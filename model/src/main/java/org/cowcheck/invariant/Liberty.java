package org.cowcheck.invariant;

/** What programs may do that some invariants of {@link Exclusivity} do not bear. */
public enum Liberty {
  /**
   * A page may have another life, or an entry of it become writable: then an entry may map the copy
   * of an unshare writable at the end.
   */
  PAGES_CHANGE,
  /**
   * An entry may be moved to another address, or a page be freed lazily: then what was written at
   * an address need not be there.
   */
  CONTENTS_LEAVE
}
