package org.cowcheck.explore;

import java.util.Arrays;
import java.util.function.Predicate;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Word;

/**
 * Which reads of a graph a new write may revisit, and what of the graph a revisit keeps (TruSt,
 * algorithm 2, with {@link LockChain}'s rules for locks).
 */
final class Revisits {
  private final Graph graph;
  private final Word word;

  /** Which reads the write may revisit, by what they are. */
  private final Predicate<Event> revisits;

  /** Per CPU, how many of its events are in the write's prefix in (po | rf)+. */
  private final int[] prefix;

  /** Per write, the first read in the order of ids that reads from it, by {@link LockChain}. */
  private final int[] firstReader;

  /** Per write, whether a read in the prefix reads from it. */
  private final boolean[] isReadInPrefix;

  /** Whether some read of the word is not in the prefix; if not, nothing else is worked out. */
  private final boolean hasReads;

  private Revisits(Graph graph, Word word, Predicate<Event> revisits, int[] prefix) {
    this.graph = graph;
    this.word = word;
    this.revisits = revisits;
    this.prefix = prefix;
    this.hasReads = hasReads();
    this.firstReader = new int[hasReads ? graph.size() : 0];
    this.isReadInPrefix = new boolean[firstReader.length];
    if (hasReads) {
      findReaders();
    }
  }

  /**
   * The revisits of a write that is no lock and is about to be added. An unlock revisits no locks:
   * it takes over in place.
   *
   * @param prefixes those of the graph
   */
  static Revisits of(Graph graph, Prefixes prefixes, Event write) {
    Predicate<Event> revisits =
        write.lockRole() == LockRole.UNLOCK ? Revisits::isNoLock : read -> true;
    return new Revisits(graph, write.word(), revisits, prefixes.before(write));
  }

  /** The revisits of other locks by a lock that is about to be added. */
  static Revisits ofLocks(Graph graph, Prefixes prefixes, Event lock) {
    return new Revisits(graph, lock.word(), LockChain::isChained, prefixes.before(lock));
  }

  /**
   * The revisits of reads that are no locks, by a lock that does not wait and is about to be added.
   */
  static Revisits ofOthers(Graph graph, Prefixes prefixes, Event lock) {
    return new Revisits(graph, lock.word(), Revisits::isNoLock, prefixes.untilTaken(lock));
  }

  private static boolean isNoLock(Event read) {
    return !LockChain.isChained(read);
  }

  private void findReaders() {
    Arrays.fill(firstReader, Integer.MAX_VALUE);
    for (int id = graph.size() - 1; id >= graph.words(); id--) {
      if (graph.event(id).isRead()) {
        int source = LockChain.source(graph, id);
        firstReader[source] = id;
        isReadInPrefix[source] |= isInPrefix(id);
      }
    }
  }

  /**
   * The last read before an id that the write may revisit, or -1: it reads the same word, is not in
   * the write's prefix, and was added maximally, as was all that the revisit would delete.
   *
   * @param end the id before which to look: the size of the graph, or what was returned last
   */
  int next(int end) {
    if (!hasReads) {
      return -1;
    }
    for (int id = end - 1; id >= graph.words(); id--) {
      if (isInPrefix(id)) {
        continue;
      }
      if (!isMaximallyAdded(id)) {
        return -1;
      }
      Event event = graph.event(id);
      if (isRevisited(event)) {
        return id;
      }
    }
    return -1;
  }

  private boolean hasReads() {
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (isRevisited(event) && !isInPrefix(id)) {
        return true;
      }
    }
    return false;
  }

  private boolean isRevisited(Event event) {
    return event.isRead() && event.word() == word && revisits.test(event);
  }

  /**
   * The graph that a revisit of a read starts from: what was there when the read was added, and the
   * prefix. Locks whose unlock is deleted wait again.
   *
   * @param newIds receives for each id the one there, or -1
   */
  Graph restrict(int read, int[] newIds) {
    EventSet kept = EventSet.none(graph);
    for (int id = 0; id < graph.size(); id++) {
      if (isPrevious(id, read)) {
        kept.add(id);
      }
    }
    Graph base = graph.restrictTo(kept, newIds);
    LockChain.waitAgain(graph, base, newIds);
    return base;
  }

  private boolean isInPrefix(int id) {
    Event event = graph.event(id);
    return event.isInitial() || event.index() < prefix[event.cpu()];
  }

  /**
   * Whether a read read from, or a write was placed at, the end of coherence order, as far as that
   * was there before it or is in the prefix. A read that stands in for another is a choice beside
   * that.
   */
  private boolean isMaximallyAdded(int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      return true;
    }
    if (event.isStandIn() || (event.isWrite() && isReadEarlier(id))) {
      return false;
    }
    if (event.lockRole() == LockRole.UNLOCK) {
      return !isLockAfterReadEarlier(id);
    }
    int source = event.isRead() ? LockChain.source(graph, id) : id;
    return isThere(source, id) && !isOverwrittenEarlier(source, id);
  }

  /** Whether a write was there for an access when that was added. */
  private boolean isThere(int write, int id) {
    Event event = graph.event(id);
    boolean seesTaken = event.isRead() && isNoLock(event);
    return seesTaken ? isSeen(write, id) : isPrevious(write, id);
  }

  /** Whether a write was there, and did not wait, when a read was added that is not a lock. */
  private boolean isSeen(int write, int read) {
    return isPrevious(write, read)
        && !LockChain.isWaiting(graph, write)
        && (graph.event(write).lockRole() != LockRole.LOCK_WRITE
            || isPrevious(graph.rf(graph.poBefore(write)), read));
  }

  /**
   * Whether the lock that could be taken because of an unlock is read by something before the
   * unlock that is not a lock: the unlock is there because of a revisit.
   */
  private boolean isLockAfterReadEarlier(int unlock) {
    int next = graph.place(unlock) + 1;
    if (next == graph.writes(graph.event(unlock).word().number())) {
      return false;
    }
    int lock = graph.write(graph.event(unlock).word().number(), next);
    for (int id = graph.words(); id < unlock; id++) {
      Event event = graph.event(id);
      if (event.isRead() && graph.rf(id) == lock && isNoLock(event)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a write is overwritten by something that was there; for a lock, only locks count. */
  private boolean isOverwrittenEarlier(int source, int id) {
    LockRole role = graph.event(id).lockRole();
    boolean chained = role == LockRole.LOCK_READ || role == LockRole.LOCK_WRITE;
    int number = graph.event(id).word().number();
    for (int place = graph.writes(number) - 1; place >= 0; place--) {
      int later = graph.write(number, place);
      if (later == source) {
        return false;
      }
      boolean counts = !chained || graph.event(later).lockRole() != LockRole.UNLOCK;
      if (counts && isThere(later, id)) {
        return true;
      }
    }
    throw new IllegalStateException("not in coherence order: " + graph.event(source));
  }

  /** Whether a write is read by something previous: it is there because of a revisit. */
  private boolean isReadEarlier(int written) {
    return isReadInPrefix[written] || firstReader[written] <= written;
  }

  /** Whether an event was there when another was added, or is in the prefix. */
  private boolean isPrevious(int id, int other) {
    return id <= other || isInPrefix(id);
  }
}
