package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Exploration;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.LoadBuffering;
import org.cowcheck.explore.Watch;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/** Runs one litmus test: explores every execution and counts what its condition says of each. */
public final class LitmusRun {
  private final LitmusTest test;
  private final LitmusProgram program;
  private final ImmutableMap<Observable, Integer> observed;
  private final TreeSet<State> states = new TreeSet<>();
  private final TreeSet<String> flags = new TreeSet<>();
  private long positive;
  private long negative;
  private long cyclic;

  private LitmusRun(LitmusTest test) {
    this.test = test;
    this.program = new LitmusProgram(test);
    this.observed = State.places(test.observed());
  }

  /**
   * Explores a test, on so many threads.
   *
   * @throws LitmusException if it turns out to do something that cannot be run
   */
  public static LitmusResult run(
      LitmusTest test, MemoryModel model, Bounds bounds, int threads, BooleanSupplier cancelled) {
    long start = System.nanoTime();
    LitmusRun run = new LitmusRun(test);
    String stopped = run.explore(model.asking(test.asked()), bounds, threads, cancelled);
    return new LitmusResult(
        test,
        run.program.addresses(),
        ImmutableSortedSet.copyOf(run.states),
        run.positive,
        run.negative,
        run.cyclic,
        ImmutableList.copyOf(run.flags),
        stopped,
        (System.nanoTime() - start) / 1e9);
  }

  /** Runs the searches; returns the bound that stopped one, or the empty string. */
  private String explore(MemoryModel model, Bounds bounds, int threads, BooleanSupplier cancelled) {
    ImmutableList<Word> words = program.words();
    ImmutableList<ToLongFunction<Cpu>> all = program.threads();
    Watch watch = new Watch(bounds, cancelled);
    // The one place where searches run: executions without a cycle of po | rf, then those with one.
    Exploration exploration =
        new Explorer(words, all, model, bounds, this::visit, executions -> {}, watch)
            .explore(threads);
    if (!exploration.isComplete()) {
      return exploration.stopped();
    }
    return new LoadBuffering(
            words, all, program.paths(), model, watch, execution -> visit(execution, true))
        .search(threads);
  }

  private String visit(Execution execution) {
    visit(execution, false);
    return "";
  }

  private void visit(Execution execution, boolean isCyclic) {
    program.state(execution).ifPresent(state -> count(execution, state, isCyclic));
  }

  private synchronized void count(Execution execution, State state, boolean isCyclic) {
    if (!test.filter().holds(state, program.addresses())) {
      return;
    }
    flags.addAll(execution.flags());
    cyclic += isCyclic ? 1 : 0;
    states.add(state.of(observed));
    if (test.condition().proposition().holds(state, program.addresses())) {
      positive++;
    } else {
      negative++;
    }
  }
}
