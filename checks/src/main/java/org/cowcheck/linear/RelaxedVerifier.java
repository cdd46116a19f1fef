package org.cowcheck.linear;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.HBClock;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.util.ExceptionResult;
import org.jetbrains.kotlinx.lincheck.util.LincheckResult;
import org.jetbrains.kotlinx.lincheck.util.ValueResult;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;

/**
 * Linearizability with a specification that leaves a choice: for each page some order of the
 * operations, that of each thread and that of time, in which each has a result that it may have.
 * Lincheck's own verifier runs a class instead, which has one result for each state.
 *
 * <p>The second argument of an operation, if it has one, is the number of its page; else it is
 * about all pages.
 */
public final class RelaxedVerifier implements Verifier {

  /** Lincheck makes it. */
  public RelaxedVerifier(Class<?> ignored) {}

  private static final int ALL_PAGES = -1;

  private record Call(String operation, int thread, int page, long result, HBClock clock) {
    boolean isOf(int other) {
      return page == ALL_PAGES || page == other;
    }
  }

  @Override
  public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
    List<List<Call>> threads = new ArrayList<>();
    for (int thread = 0; thread < scenario.getThreads().size(); thread++) {
      List<Actor> actors = scenario.getThreads().get(thread);
      List<ResultWithClock> found = results.getThreadsResultsWithClock().get(thread);
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < actors.size(); i++) {
        calls.add(
            new Call(
                actors.get(i).getMethod().getName(),
                thread,
                page(actors.get(i)),
                value(found.get(i).getResult()),
                found.get(i).getClockOnStart()));
      }
      threads.add(calls);
    }
    int last = threads.stream().flatMap(List::stream).mapToInt(Call::page).max().orElse(0);
    for (int page = 0; page <= Math.max(0, last); page++) {
      if (!isLinearizable(page, Specification.initial(page), threads, new int[threads.size()])) {
        return false;
      }
    }
    return true;
  }

  private static int page(Actor actor) {
    List<Object> arguments = actor.getArguments();
    return arguments.size() > 1 ? (Integer) arguments.get(1) : ALL_PAGES;
  }

  private static long value(LincheckResult result) {
    if (result instanceof ExceptionResult thrown) {
      throw new IllegalStateException(thrown.getThrowable());
    }
    return (Long) ((ValueResult) result).getValue();
  }

  /** Whether the calls that are left, from these on, have an order from a state of a page on. */
  private static boolean isLinearizable(
      int page, Specification state, List<List<Call>> threads, int[] next) {
    boolean over = true;
    for (int thread = 0; thread < next.length; thread++) {
      if (next[thread] == threads.get(thread).size()) {
        continue;
      }
      over = false;
      Call call = threads.get(thread).get(next[thread]);
      if (!mayComeNow(call, next)) {
        continue;
      }
      next[thread]++;
      for (Specification after : after(page, state, call)) {
        if (isLinearizable(page, after, threads, next)) {
          next[thread]--;
          return true;
        }
      }
      next[thread]--;
    }
    return over;
  }

  private static List<Specification> after(int page, Specification state, Call call) {
    return call.isOf(page)
        ? state.after(call.operation(), call.thread(), call.result())
        : List.of(state);
  }

  /** Whether all calls that were over before this one began have come. */
  private static boolean mayComeNow(Call call, int[] next) {
    for (int other = 0; other < next.length; other++) {
      if (other != call.thread() && next[other] < call.clock().get(other)) {
        return false;
      }
    }
    return true;
  }
}
