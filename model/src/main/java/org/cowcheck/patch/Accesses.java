package org.cowcheck.patch;

/** How accesses that race by design, but are plain in the source, are modelled. */
public enum Accesses {
  /** As READ_ONCE and WRITE_ONCE. */
  MARKED,
  /** As plain C accesses. */
  AS_WRITTEN
}
