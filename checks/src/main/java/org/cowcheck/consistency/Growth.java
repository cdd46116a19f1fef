package org.cowcheck.consistency;

import org.cowcheck.execution.Graph;

/**
 * What a memory model knows of one graph while it grows, kept from step to step: the answers of
 * {@link MemoryModel#mayGrow} at the price of what is new. Belongs to one graph, which is
 * consistent so far; not thread-safe.
 */
public interface Growth {

  /**
   * Follows an event that was added last, where it orders nothing before anything else: a fence, a
   * read of the last write in coherence order, or a write at its end. Such an event is always
   * consistent.
   */
  void add(Graph graph, int id);

  /**
   * The growth of a graph that is this one's with one access more, anywhere.
   *
   * @param id the access, which was added last; this growth has not followed it, and still may
   * @return a growth of its own, or null if the graph is not consistent
   */
  Growth with(Graph graph, int id);

  /**
   * The growth of a graph that is this one's with an unlock more, right after its lock in coherence
   * order, from which a lock read reads now that read from the lock, and that waited. That read and
   * its write are the last events of their CPU. This growth may be changed.
   *
   * @param unlock the unlock, which was added last; this growth has not followed it
   * @param read the lock read
   * @return null if the graph is not consistent
   */
  default Growth released(Graph graph, int unlock, int read) {
    return of(graph);
  }

  /**
   * The growth of a graph that a revisit has made of this one's.
   *
   * @param graph this growth's graph
   * @param revisited the other graph: the first events of each CPU, of which some reads read from
   *     other writes, and perhaps one event more
   * @param newIds per event of the graph its id in the other one, or -1
   * @return a growth of its own, or null if the graph is not consistent
   */
  default Growth revisited(Graph graph, Graph revisited, int[] newIds) {
    return of(revisited);
  }

  /**
   * The growth of any other graph.
   *
   * @return null if the graph is not consistent
   */
  Growth of(Graph graph);

  /** An independent copy. */
  Growth copy();
}
