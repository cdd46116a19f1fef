package org.cowcheck.explore;

import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;

/**
 * The lock sections of a word, chained like read-modify-writes: a lock follows the section before
 * it.
 *
 * <p>A lock's write revisits the lock read that had the same source, so a lock read may come behind
 * any other section. If that section's unlock is not in the graph yet, the lock read
 * <em>waits</em>: it reads from the section's lock, and its CPU stands still, until the unlock is
 * added; the unlock takes over as its source in place. Where the unlock is deleted again, the read
 * waits again. Which of the two it reads from is no choice, so no graph is explored only to block,
 * and a lock's prefix reaches from lock to lock: with the unlock in it, a graph would be reached
 * once with the unlock and once without. The unlock's place in coherence order is right after its
 * lock, so it leaves no choice and is exempt from the maximality rule.
 *
 * <p>A lock that waits has a place in the chain, but has not been taken: only locks see it. Any
 * other read of the word (a trylock, a look whether it is held) would come after the lock, and so
 * after the unlock that is still to come. To such reads a lock is added once it is taken: if it had
 * to wait, with the unlock. A read that the unlock revisits is then revisited by the lock, too.
 */
final class LockChain {
  private LockChain() {}

  /**
   * Whether a write is the last of a lock section as far as the graph has grown, or the initial
   * write: a lock reads from these. A lock that reads from a lock waits for its unlock.
   */
  static boolean endsSection(Graph graph, int write) {
    int word = graph.event(write).word().number();
    int next = graph.place(write) + 1;
    return next == graph.writes(word)
        || graph.event(graph.write(word, next)).lockRole() != LockRole.UNLOCK;
  }

  /**
   * The lock that an unlock ends: its CPU's last lock of the word.
   *
   * @throws UnheldLockException if there is none, or it has ended already
   */
  static int lockOf(Graph graph, Event unlock) {
    for (int i = unlock.index() - 1; i >= 0; i--) {
      int id = graph.at(unlock.cpu(), i);
      Event event = graph.event(id);
      if (event.word() == unlock.word() && event.lockRole() == LockRole.LOCK_WRITE) {
        return id;
      }
      if (event.word() == unlock.word() && event.lockRole() == LockRole.UNLOCK) {
        break;
      }
    }
    throw new UnheldLockException(unlock);
  }

  /** Whether a lock read waits: it reads from a lock. */
  static boolean waits(Graph graph, int read) {
    return graph.event(graph.rf(read)).lockRole() == LockRole.LOCK_WRITE;
  }

  /** Whether a write is that of a lock that waits. */
  static boolean isWaiting(Graph graph, int write) {
    return graph.event(write).lockRole() == LockRole.LOCK_WRITE
        && waits(graph, graph.poBefore(write));
  }

  /** Whether a read is a link of the chain: it sees locks that wait. */
  static boolean isChained(Event read) {
    return read.lockRole() == LockRole.LOCK_READ;
  }

  /** Lets an unlock take over as the source of the lock read that waits for it; -1 if none does. */
  static int release(Graph graph, int unlock) {
    int lock = sectionStart(graph, unlock);
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).lockRole() == LockRole.LOCK_READ && graph.rf(id) == lock) {
        graph.setRf(id, unlock);
        return id;
      }
    }
    return -1;
  }

  /** Makes lock reads of a restricted graph whose unlock was deleted wait for it again. */
  static void waitAgain(Graph graph, Graph restricted, int[] newIds) {
    for (int id = 0; id < graph.size(); id++) {
      if (newIds[id] >= 0
          && graph.event(id).lockRole() == LockRole.LOCK_READ
          && newIds[graph.rf(id)] < 0) {
        restricted.setRf(newIds[id], newIds[source(graph, id)]);
      }
    }
  }

  /** The write that a read depends on for its place: for a lock read, the lock it follows. */
  static int source(Graph graph, int read) {
    int write = graph.rf(read);
    return graph.event(read).lockRole() == LockRole.LOCK_READ ? sectionStart(graph, write) : write;
  }

  /** For an unlock its lock, for another write the write itself. */
  private static int sectionStart(Graph graph, int write) {
    Event event = graph.event(write);
    return event.lockRole() == LockRole.UNLOCK
        ? graph.write(event.word().number(), graph.place(write) - 1)
        : write;
  }
}
