package org.cowcheck.synthesis;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Patch;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * Explores scenarios side by side, each on one thread, so that what is found depends on no timing.
 */
final class Explorations implements AutoCloseable {
  private final Question question;
  private final Bounds bounds;
  private final BooleanSupplier cancelled;
  private final ExecutorService pool;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong executions = new AtomicLong();

  Explorations(Question question, Bounds bounds, int threads, BooleanSupplier cancelled) {
    this.question = question;
    this.bounds = bounds;
    this.cancelled = cancelled;
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, "synthesis");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** How many were begun. */
  long begun() {
    return begun.get();
  }

  /** How many executions they saw. */
  long executions() {
    return executions.get();
  }

  Bounds bounds() {
    return bounds;
  }

  BooleanSupplier cancelled() {
    return cancelled;
  }

  /** The scenarios under a patch. */
  ImmutableList<ScenarioCheck> checks(Patch patch) {
    return question.scenarios().stream()
        .map(
            scenario ->
                new ScenarioCheck(
                    new Cell(
                        scenario,
                        patch,
                        question.platform(),
                        question.model().name(),
                        question.accesses()),
                    question.model()))
        .collect(toImmutableList());
  }

  /** Does something with each scenario; the results are in the same order. */
  <R> ImmutableList<R> each(List<ScenarioCheck> checks, Function<ScenarioCheck, R> work)
      throws InterruptedException {
    List<Future<R>> futures = new ArrayList<>();
    for (ScenarioCheck check : checks) {
      futures.add(pool.submit(() -> work.apply(check)));
    }
    ImmutableList.Builder<R> results = ImmutableList.builder();
    for (Future<R> future : futures) {
      results.add(get(future));
    }
    return results.build();
  }

  /** Counts an exploration that is done. */
  Outcome count(Outcome outcome) {
    begun.incrementAndGet();
    executions.addAndGet(outcome.executions());
    return outcome;
  }

  /**
   * Explores scenarios under a patch until one goes wrong: the first of them in this order that
   * does, whichever is found first.
   *
   * @return the outcomes up to that one, in this order
   */
  ImmutableList<Outcome> untilBroken(Patch patch, List<Integer> order) throws InterruptedException {
    ImmutableList<ScenarioCheck> checks = checks(patch);
    List<AtomicBoolean> stops = new ArrayList<>();
    List<Future<Outcome>> futures = new ArrayList<>();
    for (int scenario : order) {
      AtomicBoolean stop = new AtomicBoolean();
      stops.add(stop);
      futures.add(
          pool.submit(
              () ->
                  count(
                      checks
                          .get(scenario)
                          .exploreToFirstOrRace(
                              bounds, () -> stop.get() || cancelled.getAsBoolean()))));
    }
    ImmutableList.Builder<Outcome> outcomes = ImmutableList.builder();
    for (int i = 0; i < futures.size(); i++) {
      Outcome outcome = get(futures.get(i));
      outcomes.add(outcome);
      if (outcome.verdict() == Verdict.SOMETIMES) {
        for (int later = i + 1; later < futures.size(); later++) {
          stops.get(later).set(true);
          futures.get(later).cancel(false);
        }
        break;
      }
    }
    return outcomes.build();
  }

  private static <R> R get(Future<R> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
