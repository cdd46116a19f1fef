package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;

/**
 * The oracle within: finds all consistent executions of a small program with no cleverness.
 * Whatever of the {@link Candidates} the memory model judges consistent as a complete execution is
 * one. It is what the memory model is defined by, and takes exponential time and memory.
 */
final class Enumerator {
  private final TestProgram program;
  private final List<Candidate> candidates = new ArrayList<>();

  /** A well-formed execution that no model has judged yet. */
  private record Candidate(Graph graph, ImmutableList<CpuState> cpus) {}

  /**
   * The well-formed executions of a program.
   *
   * @param limit on the number of choices that are tried
   * @throws EveryCandidate.LimitException if there are more
   */
  Enumerator(TestProgram program, long limit) {
    this.program = program;
    new Candidates(
            ImmutableList.copyOf(program.memory.words()),
            program.programs(),
            new EveryCandidate(
                limit, (graph, cpus) -> candidates.add(new Candidate(graph.copy(), cpus))))
        .visit();
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
