package org.cowcheck.explore;

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
  private final EventSet prefix;

  /** The revisits of a write that is about to be added. */
  Revisits(Graph graph, Event write) {
    this.graph = graph;
    this.write = write;
    this.prefix = EventSet.none(graph);
    addPrefixBefore(write);
  }

  /**
   * Whether the write may revisit a read: it reads the same word, is not in the write's prefix, and
   * was added maximally, as was all that the revisit would delete. A lock read is revisited by
   * locks alone; an unlock takes over in place.
   */
  boolean mayRevisit(int read) {
    Event event = graph.event(read);
    return event.isRead()
        && event.word() == write.word()
        && !prefix.has(read)
        && (event.lockRole() != LockRole.LOCK_READ || write.lockRole() != LockRole.UNLOCK)
        && isMaximal(read);
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

  /**
   * Adds everything before an event in (po | rf)+ to the prefix. A lock follows the lock of the
   * section before it; only what comes after the lock follows that section's unlock, too.
   */
  private void addPrefixBefore(Event event) {
    if (event.isInitial() || event.index() == 0) {
      return;
    }
    int before = graph.at(event.cpu(), event.index() - 1);
    addPrefix(before);
    if (graph.event(before).lockRole() == LockRole.LOCK_WRITE) {
      addPrefix(graph.rf(graph.poBefore(before)));
    }
  }

  private void addPrefix(int id) {
    if (prefix.add(id)) {
      addPrefixBefore(graph.event(id));
      if (graph.event(id).isRead()) {
        addPrefix(LockChain.source(graph, id));
      }
    }
  }

  private boolean isMaximal(int read) {
    for (int id = read; id < graph.size(); id++) {
      if ((id == read || !prefix.has(id)) && !isMaximallyAdded(id)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a read read from, or a write was placed at, the end of coherence order, as far as that
   * was there before it or is in the prefix.
   */
  private boolean isMaximallyAdded(int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      return true;
    }
    if (event.isWrite() && isReadEarlier(id)) {
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
    for (int place = graph.place(source) + 1; place < graph.writes(word); place++) {
      int later = graph.write(word, place);
      boolean counts = !chained || graph.event(later).lockRole() != LockRole.UNLOCK;
      if (counts && isPrevious(later, id)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a write is read by something previous: it is there because of a revisit. */
  private boolean isReadEarlier(int written) {
    for (int id = 0; id < graph.size(); id++) {
      if (graph.event(id).isRead()
          && isPrevious(id, written)
          && LockChain.source(graph, id) == written) {
        return true;
      }
    }
    return false;
  }

  /** Whether an event was there when another was added, or is in the prefix. */
  private boolean isPrevious(int id, int other) {
    return id <= other || prefix.has(id);
  }
}
