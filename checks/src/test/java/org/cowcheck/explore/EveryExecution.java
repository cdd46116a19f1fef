package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/** The oracle within, for tests of other packages; see {@link Enumerator}. */
public final class EveryExecution {
  private EveryExecution() {}

  /**
   * The well-formed executions of a program, before the model has judged them.
   *
   * @param limit on the number of choices that are tried; there is no answer if there are more
   */
  public static Optional<ImmutableList<Execution>> of(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      long limit) {
    ImmutableList.Builder<Execution> all = ImmutableList.builder();
    try {
      new Candidates(
              words,
              programs,
              new EveryCandidate(
                  limit, (graph, cpus) -> all.add(new Execution(graph.copy(), cpus, model, ""))))
          .visit();
      return Optional.of(all.build());
    } catch (EveryCandidate.LimitException e) {
      return Optional.empty();
    }
  }
}
