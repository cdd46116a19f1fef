package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.TraceCpu.Trace;

/**
 * The oracle within: finds all consistent executions of a small program with no cleverness.
 * Whatever of the {@link Candidates} the memory model judges consistent as a complete execution is
 * one. It is what the memory model is defined by, and takes exponential time and memory.
 */
final class Enumerator {
  private final TestProgram program;
  private final List<Candidate> candidates = new ArrayList<>();

  /** Thrown when there are more combinations than the limit. */
  static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LimitException() {
      super("more combinations than the limit", null, false, false);
    }
  }

  /** A well-formed execution that no model has judged yet. */
  private record Candidate(Graph graph, ImmutableList<CpuState> cpus) {}

  /**
   * The well-formed executions of a program.
   *
   * @param limit on the number of choices that are tried
   * @throws LimitException if there are more
   */
  Enumerator(TestProgram program, long limit) {
    this.program = program;
    new Candidates(
            ImmutableList.copyOf(program.memory.words()), program.programs(), new Collector(limit))
        .visit();
  }

  /** Keeps everything. */
  private final class Collector implements Candidates.Guide {
    private final long limit;
    private long steps;

    Collector(long limit) {
      this.limit = limit;
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
      candidates.add(new Candidate(graph.copy(), cpus));
    }
  }

  /** The final states of the consistent executions without a cycle of po and rf, by form. */
  Map<List<Integer>, String> consistent(MemoryModel model) {
    return consistent(model, false);
  }

  /** The same of those with such a cycle. */
  Map<List<Integer>, String> loadBuffering(MemoryModel model) {
    return consistent(model, true);
  }

  private Map<List<Integer>, String> consistent(MemoryModel model, boolean cyclic) {
    Map<List<Integer>, String> result = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      if (Causality.of(candidate.graph).isCyclic() == cyclic
          && model.judge(candidate.graph).isConsistent()) {
        Execution execution = new Execution(candidate.graph, candidate.cpus, model, "");
        result.put(Ints.asList(candidate.graph.canonicalForm()), program.state(execution));
      }
    }
    return result;
  }
}
