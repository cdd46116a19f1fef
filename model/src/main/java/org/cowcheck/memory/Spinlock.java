package org.cowcheck.memory;

/**
 * A spinlock: acquire on lock, release on unlock, and no full fence (LKMM: {@code lock.cat}).
 *
 * <p>Waiting is blocking: no engine explores the spinning.
 *
 * @param word the word that engines order lock sections by
 */
public record Spinlock(Word word) {
  /** The value of a lock that nobody holds. */
  public static final long UNLOCKED = 0;

  /** The value of a lock that is held. */
  public static final long LOCKED = 1;

  @Override
  public String toString() {
    return word.name();
  }
}
