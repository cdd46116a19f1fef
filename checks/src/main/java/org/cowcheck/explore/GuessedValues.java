package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Word;

/**
 * Load buffering by guessing what every read returns: leads {@link Candidates} to the executions
 * that have a cycle of po | rf, and away from those that are forbidden.
 *
 * <p>Only choices of runs with an open pair are looked at, and of sources only those that can still
 * close a cycle through one and that no order of what happens before what forbids.
 */
final class GuessedValues implements Candidates.Guide {
  private final ImmutableList<Word> words;
  private final MemoryModel model;
  private final Runnable run;
  private final Runnable choice;
  private final BiConsumer<Graph, ImmutableList<CpuState>> visitor;

  private OpenPairs pairs;

  /** What the chosen runs order whatever is read from where. */
  private Relation ordered;

  private ImmutableListMultimap<Integer, Integer> sources;
  private List<OpenPairs.Pair> open;

  /**
   * A guide.
   *
   * @param run is run at each run of a program; throws to stop
   * @param choice is run at each choice; throws to stop
   * @param visitor sees each candidate that is left
   */
  GuessedValues(
      ImmutableList<Word> words,
      MemoryModel model,
      Runnable run,
      Runnable choice,
      BiConsumer<Graph, ImmutableList<CpuState>> visitor) {
    this.words = words;
    this.model = model;
    this.run = run;
    this.choice = choice;
    this.visitor = visitor;
  }

  @Override
  public void run() {
    run.run();
  }

  @Override
  public void step() {
    choice.run();
  }

  @Override
  public void ran(ImmutableList<ImmutableList<Trace>> runs) {
    pairs = new OpenPairs(words, runs, model);
  }

  @Override
  public boolean isWanted(Trace run) {
    return !pairs.in(run).isEmpty();
  }

  @Override
  public void begin(
      Graph graph, List<Trace> runs, ImmutableListMultimap<Integer, Integer> possible) {
    sources = possible;
    ordered = Relation.none(graph);
    open = new ArrayList<>();
    int first = graph.words();
    for (Trace run : runs) {
      Relation order = pairs.order(run);
      for (int from = 0; from < order.size(); from++) {
        for (int to = from + 1; to < order.size(); to++) {
          if (order.has(from, to)) {
            ordered.add(first + from, first + to);
          }
        }
      }
      for (OpenPairs.Pair pair : pairs.in(run, order)) {
        open.add(new OpenPairs.Pair(first + pair.read(), first + pair.write()));
      }
      first += order.size();
    }
  }

  @Override
  public boolean mayRead(Graph graph, int read) {
    return isPossible(graph, read) && mayCloseCycle(graph, read);
  }

  /** Whether what the runs order and the sources chosen so far agree. */
  private boolean isPossible(Graph graph, int last) {
    Relation before = ordered.or(Relation.none(graph));
    for (int id = graph.words(); id <= last; id++) {
      if (graph.event(id).isRead() && isOrderedAfterSource(graph, id)) {
        before.add(graph.rf(id), id);
      }
    }
    return before.isAcyclic();
  }

  /** In each model rf between CPUs orders marked accesses. */
  private static boolean isOrderedAfterSource(Graph graph, int read) {
    Event from = graph.event(graph.rf(read));
    Event to = graph.event(read);
    return from.cpu() != to.cpu() && from.order() != Order.PLAIN && to.order() != Order.PLAIN;
  }

  /** Whether, given the sources chosen so far, the write of an open pair can reach its read. */
  private boolean mayCloseCycle(Graph graph, int last) {
    Relation causes = Relation.none(graph);
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.poBefore(id) >= 0) {
        causes.add(graph.poBefore(id), id);
      }
      if (graph.event(id).isRead()) {
        for (int write : id <= last ? List.of(graph.rf(id)) : sources.get(id)) {
          causes.add(write, id);
        }
      }
    }
    Relation reaches = causes.plus();
    return open.stream().anyMatch(pair -> reaches.has(pair.write(), pair.read()));
  }

  @Override
  public boolean maySucceed(Graph graph) {
    return Causality.of(graph).isCyclic() && model.beforeWithoutCo(graph).isAcyclic();
  }

  @Override
  public void visit(Graph graph, ImmutableList<CpuState> cpus) {
    visitor.accept(graph, cpus);
  }
}
