package org.cowcheck.execution;

/** What an event does to a spinlock (LKMM: {@code lock.cat}). */
public enum LockRole {
  /** Nothing: an ordinary event. */
  NONE,
  /** The read half of a lock that was taken (LKR): an acquire. */
  LOCK_READ,
  /** The write half of a lock that was taken (LKW). */
  LOCK_WRITE,
  /** An unlock (UL): a release. */
  UNLOCK,
  /** A trylock's read: LKR if it reads "unlocked", a read that orders nothing (LF) if not. */
  TRY_READ,
  /** A look whether a lock is held (RL, RU): a read that orders nothing. */
  QUERY
}
