package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/**
 * Finds the consistent executions that {@link Explorer} does not: those in which po | rf has a
 * cycle.
 *
 * <p>A read in such a cycle returns a value before the write of that value is there, so values are
 * guessed. {@link Candidates} takes time exponential in the size of the program, so this is for
 * litmus tests; only candidates with a cycle are looked at further, and of these only the ones
 * whose cycle is not forbidden whatever the coherence order.
 */
public final class LoadBuffering {
  private final MemoryModel model;
  private final BiConsumer<Execution, Judgement> visitor;
  private final Candidates candidates;

  /**
   * A search.
   *
   * @param limit on the number of combinations of runs, sources and orders that are tried
   * @param visitor sees each consistent execution once, and what the model says of it
   */
  public LoadBuffering(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      long limit,
      BiConsumer<Execution, Judgement> visitor) {
    this.model = model;
    this.visitor = visitor;
    this.candidates =
        new Candidates(
            words,
            programs,
            limit,
            graph -> hasCycle(graph) && model.mayBuffer(graph),
            this::judge);
  }

  /**
   * Searches.
   *
   * @return whether everything was looked at; if not, the limit was reached
   */
  public boolean search() {
    if (!model.allowsLoadBuffering()) {
      return true;
    }
    try {
      candidates.visit();
      return true;
    } catch (Candidates.LimitException e) {
      return false;
    }
  }

  private void judge(Graph graph, ImmutableList<CpuState> cpus) {
    Judgement judgement = model.judge(graph);
    if (judgement.isConsistent()) {
      visitor.accept(new Execution(graph.copy(), cpus, model, ""), judgement);
    }
  }

  /** Whether po | rf has a cycle: some event has no causes that can all be taken before it. */
  static boolean hasCycle(Graph graph) {
    boolean[] taken = new boolean[graph.size()];
    int left = graph.size();
    for (boolean progress = true; progress; ) {
      progress = false;
      for (int id = 0; id < graph.size(); id++) {
        boolean ready =
            !taken[id]
                && (graph.poBefore(id) < 0 || taken[graph.poBefore(id)])
                && (!graph.event(id).isRead() || taken[graph.rf(id)]);
        if (ready) {
          taken[id] = true;
          left--;
          progress = true;
        }
      }
    }
    return left > 0;
  }
}
