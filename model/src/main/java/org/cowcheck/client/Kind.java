package org.cowcheck.client;

/** What kind of memory a program begins with: which operations there are depends on it. */
enum Kind {
  /** A page of a process, or what is left of it. */
  SMALL,
  /** A huge page of two pages. */
  HUGE,
  /** A page of hugetlb. */
  HUGETLB,
  /** A mapping of a file, of which only the tables matter. */
  TABLE,
  /** A page in the memory of a device. */
  DEVICE,
  /** A page of a file that a process maps privately. */
  FILE,
  /** A page that nobody maps. */
  PAGE,
  /** A free block of two pages. */
  BLOCK
}
