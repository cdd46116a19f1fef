package org.cowcheck.explore;

import java.util.Arrays;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;

/**
 * Which reads of a graph a new write may revisit, and what of the graph a revisit keeps (TruSt,
 * algorithm 2, with {@link LockChain}'s rules for locks).
 */
final class Revisits {
  private final Graph graph;
  private final Event write;

  /** Per CPU, how many of its events are in the write's prefix in (po | rf)+. */
  private final int[] prefix;

  /** Per write, the first read in the order of ids that reads from it, by {@link LockChain}. */
  private final int[] firstReader;

  /** Per write, whether a read in the prefix reads from it. */
  private final boolean[] isReadInPrefix;

  /** Whether some read of the word is not in the prefix; if not, nothing else is worked out. */
  private final boolean hasReads;

  /** The revisits of a write that is about to be added. */
  Revisits(Graph graph, Event write) {
    this.graph = graph;
    this.write = write;
    this.prefix = new int[graph.cpus()];
    addPrefix(write.cpu(), write.index());
    if (isAfterLock(write)) {
      addPrefix(graph.rf(graph.at(write.cpu(), write.index() - 2)));
    }
    this.hasReads = hasReads();
    this.firstReader = new int[hasReads ? graph.size() : 0];
    this.isReadInPrefix = new boolean[firstReader.length];
    if (hasReads) {
      findReaders();
    }
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
   * the write's prefix, and was added maximally, as was all that the revisit would delete. A lock
   * read is revisited by locks alone; an unlock takes over in place.
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
      if (event.isRead()
          && event.word() == write.word()
          && (event.lockRole() != LockRole.LOCK_READ || write.lockRole() != LockRole.UNLOCK)) {
        return id;
      }
    }
    return -1;
  }

  private boolean hasReads() {
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.isRead() && event.word() == write.word() && !isInPrefix(id)) {
        return true;
      }
    }
    return false;
  }

  /** What a revisit of a read keeps: what was there when it was added, and the prefix. */
  EventSet kept(int read) {
    EventSet kept = EventSet.none(graph);
    for (int id = 0; id < graph.size(); id++) {
      if (isPrevious(id, read)) {
        kept.add(id);
      }
    }
    return kept;
  }

  private boolean isInPrefix(int id) {
    Event event = graph.event(id);
    return event.isInitial() || event.index() < prefix[event.cpu()];
  }

  private void addPrefix(int id) {
    Event event = graph.event(id);
    if (!event.isInitial()) {
      addPrefix(event.cpu(), event.index() + 1);
    }
  }

  /**
   * Adds the first events of a CPU, and everything before them, to the prefix. A lock follows the
   * lock of the section before it; only what comes after the lock follows that section's unlock,
   * too.
   */
  private void addPrefix(int cpu, int length) {
    int known = prefix[cpu];
    prefix[cpu] = Math.max(known, length);
    for (int i = known; i < length; i++) {
      int id = graph.at(cpu, i);
      if (graph.event(id).isRead()) {
        addPrefix(LockChain.source(graph, id));
      }
      if (isAfterLock(graph.event(id))) {
        addPrefix(graph.rf(graph.at(cpu, i - 2)));
      }
    }
  }

  private boolean isAfterLock(Event event) {
    return event.index() > 0
        && graph.event(graph.at(event.cpu(), event.index() - 1)).lockRole() == LockRole.LOCK_WRITE;
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
      return true;
    }
    int source = event.isRead() ? LockChain.source(graph, id) : id;
    return isPrevious(source, id) && !isOverwrittenEarlier(source, id);
  }

  /** Whether a write is overwritten by something previous; for a lock, only locks count. */
  private boolean isOverwrittenEarlier(int source, int id) {
    LockRole role = graph.event(id).lockRole();
    boolean chained = role == LockRole.LOCK_READ || role == LockRole.LOCK_WRITE;
    int word = graph.event(id).word().number();
    for (int place = graph.writes(word) - 1; place >= 0; place--) {
      int later = graph.write(word, place);
      if (later == source) {
        return false;
      }
      boolean counts = !chained || graph.event(later).lockRole() != LockRole.UNLOCK;
      if (counts && isPrevious(later, id)) {
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
