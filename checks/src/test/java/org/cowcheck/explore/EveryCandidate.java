package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.List;
import java.util.function.BiConsumer;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.TraceCpu.Trace;

/** Leads to every candidate, until there were too many choices. */
final class EveryCandidate implements Candidates.Guide {
  /** Thrown when there are more choices than the limit. */
  static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LimitException() {
      super("more choices than the limit", null, false, false);
    }
  }

  private final long limit;
  private final BiConsumer<Graph, ImmutableList<CpuState>> visitor;
  private long steps;

  /**
   * A guide.
   *
   * @param limit on the number of choices
   * @param visitor sees each candidate; the graph is changed afterwards
   */
  EveryCandidate(long limit, BiConsumer<Graph, ImmutableList<CpuState>> visitor) {
    this.limit = limit;
    this.visitor = visitor;
  }

  @Override
  public void run() {
    step();
  }

  @Override
  public void step() {
    if (++steps > limit) {
      throw new LimitException();
    }
  }

  @Override
  public void ran(ImmutableList<ImmutableList<Trace>> runs) {
    // All of them are wanted.
  }

  @Override
  public boolean isWanted(Trace run) {
    return true;
  }

  @Override
  public void begin(
      Graph graph, List<Trace> runs, ImmutableListMultimap<Integer, Integer> sources) {
    // Everything is wanted of every choice.
  }

  @Override
  public boolean mayRead(Graph graph, int read) {
    return true;
  }

  @Override
  public boolean maySucceed(Graph graph) {
    return true;
  }

  @Override
  public void visit(Graph graph, ImmutableList<CpuState> cpus) {
    visitor.accept(graph, cpus);
  }
}
