package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Note;

/**
 * An execution that shows a violation, ready to be drawn. Events are ids of the graph.
 *
 * @param graph the execution
 * @param columns the name of each CPU's program
 * @param broken what the execution breaks
 * @param notes what each CPU noted; a note's position is the number of its CPU's events before it
 * @param rows all events of CPUs, in an order in which memory may have seen them
 * @param early the events that come in {@code rows} before something that is before them in program
 *     order
 * @param reordered the pairs of accesses whose reordering makes the violation possible, in program
 *     order; empty if an interleaving is enough
 * @param cycle the shortest cycle of po, rf, co and fr, which shows that no interleaving does it;
 *     empty if an interleaving is enough
 */
public record Witness(
    Graph graph,
    ImmutableList<String> columns,
    String broken,
    ImmutableList<ImmutableList<Note>> notes,
    ImmutableList<Integer> rows,
    ImmutableList<Integer> early,
    ImmutableList<Pair> reordered,
    ImmutableList<Edge> cycle) {

  /** Two accesses of one CPU. */
  public record Pair(int first, int second) {}

  /** An edge with its name: po, rf, co or fr. */
  public record Edge(int from, String relation, int to) {}
}
