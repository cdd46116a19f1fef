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
 * Linearizability with a specification that leaves a choice: some order of the operations, that of
 * each thread and that of time, in which each has a result that it may have. Lincheck's own
 * verifier runs a class instead, which has one result for each state.
 */
public final class RelaxedVerifier implements Verifier {

  /** Lincheck makes it. */
  public RelaxedVerifier(Class<?> ignored) {}

  private record Call(String operation, int thread, long result, HBClock clock) {}

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
                value(found.get(i).getResult()),
                found.get(i).getClockOnStart()));
      }
      threads.add(calls);
    }
    return isLinearizable(Specification.initial(), threads, new int[threads.size()]);
  }

  private static long value(LincheckResult result) {
    if (result instanceof ExceptionResult thrown) {
      throw new IllegalStateException(thrown.getThrowable());
    }
    return (Long) ((ValueResult) result).getValue();
  }

  /** Whether the calls that are left, from these on, have an order from a state on. */
  private static boolean isLinearizable(Specification state, List<List<Call>> threads, int[] next) {
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
      for (Specification after : state.after(call.operation(), thread, call.result())) {
        if (isLinearizable(after, threads, next)) {
          next[thread]--;
          return true;
        }
      }
      next[thread]--;
    }
    return over;
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
