package org.cowcheck.invariant;

import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;

/**
 * One entry of a page table that is not none, as an instant finds it.
 *
 * @param space the number of the address space
 * @param location where it is ({@link org.cowcheck.mm.PageTable#location()})
 * @param named the page that it names, or the head of the huge page; null for a swap entry
 * @param entry the value ({@link Pte})
 */
record Mapping(int space, long location, Page named, long entry) {

  boolean isPresent() {
    return Pte.present(entry);
  }

  boolean isHuge() {
    return Pte.isHuge(entry);
  }

  /** Device-private or device-exclusive: the page's own PG_anon_exclusive applies. */
  private boolean isDevices() {
    return Pte.isDevicePrivate(entry) || Pte.isDeviceExclusive(entry);
  }

  /** Whether somebody may write by it: the CPU, or a device. */
  boolean isWritable() {
    return (isPresent() || isDevices()) && Pte.writable(entry);
  }

  /** Whether it names this page, or the huge page that this one is a part of. */
  boolean names(Page page) {
    return named != null
        && (named.equals(page) || (isHuge() && named.block().equals(page.block())));
  }

  /** Whether it maps this page, for the CPU or for a device. */
  boolean maps(Page page) {
    return (isPresent() || isDevices()) && names(page);
  }

  /** Whether it is a migration entry that brings exclusivity back. */
  boolean isExclusiveMigration() {
    return Pte.isExclusiveMigration(entry);
  }
}
